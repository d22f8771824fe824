// Reserving counts whole pageblocks, whatever of them is free.
#include "guestkernel/mm/highatomic.hpp"

#include "guestkernel/mm/fallback.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

// One pageblock of the zone, whose lock is held; false: it has none with free pages.
bool unreserve_one(zone& z, migratetype type)
{
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        page* const first = get_page_from_free_area(z.free_area[order], MIGRATE_HIGHATOMIC);
        if (first == nullptr)
            continue;
        unsigned long const pfn = pfn_of(z, *first);
        if (get_pageblock_migratetype(z, pfn) == MIGRATE_HIGHATOMIC) {
            unsigned long const held = z.nr_reserved_highatomic;
            z.nr_reserved_highatomic -= held < pageblock_nr_pages ? held : pageblock_nr_pages;
        }
        set_pageblock_migratetype(z, pfn, type);
        if (move_freepages_block(z, pfn, type).free == 0)
            move_to_free_list(z, *first, order, type);
        return true;
    }
    return false;
}

} // namespace

void reserve_highatomic_pageblock(zone& z, page const& p)
{
    unsigned long const most = z.managed_pages / 100 + pageblock_nr_pages;
    unsigned long const pfn = pfn_of(z, p);
    unsigned long flags;
    lib::spin_lock_irqsave(z.lock, flags);
    if (z.nr_reserved_highatomic < most &&
        migratetype_is_mergeable(get_pageblock_migratetype(z, pfn))) {
        z.nr_reserved_highatomic += pageblock_nr_pages;
        set_pageblock_migratetype(z, pfn, MIGRATE_HIGHATOMIC);
        move_freepages_block(z, pfn, MIGRATE_HIGHATOMIC);
    }
    lib::spin_unlock_irqrestore(z.lock, flags);
}

bool unreserve_highatomic_pageblock(pglist_data& pgdat, migratetype type, last_block last)
{
    for (unsigned i = pgdat.layout->nr_zones; i-- > 0;) {
        zone& z = pgdat.node_zones[i];
        if (last == last_block::kKeep && z.nr_reserved_highatomic <= pageblock_nr_pages)
            continue;
        unsigned long flags;
        lib::spin_lock_irqsave(z.lock, flags);
        bool const found = unreserve_one(z, type);
        lib::spin_unlock_irqrestore(z.lock, flags);
        if (found)
            return true;
    }
    return false;
}

} // namespace pagelab::mm
