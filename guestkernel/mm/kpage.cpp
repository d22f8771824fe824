// Translating struct page for those outside.
#include "guestkernel/mm/kpage.hpp"

#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/compound.hpp"

namespace pagelab::mm {

namespace {

struct copied_flag {
    pageflags from;
    kpageflags to;
};

constexpr copied_flag kCopied[] = {
    {PG_locked, KPF_LOCKED},
    {PG_error, KPF_ERROR},
    {PG_dirty, KPF_DIRTY},
    {PG_uptodate, KPF_UPTODATE},
    {PG_writeback, KPF_WRITEBACK},
    {PG_lru, KPF_LRU},
    {PG_referenced, KPF_REFERENCED},
    {PG_active, KPF_ACTIVE},
    {PG_reclaim, KPF_RECLAIM},
    {PG_swapbacked, KPF_SWAPBACKED},
    {PG_unevictable, KPF_UNEVICTABLE},
    {PG_mlocked, KPF_MLOCKED},
    {PG_reserved, KPF_RESERVED},
    {PG_mappedtodisk, KPF_MAPPEDTODISK},
    {PG_private, KPF_PRIVATE},
    {PG_private_2, KPF_PRIVATE_2},
    {PG_owner_priv_1, KPF_OWNER_PRIVATE},
    {PG_arch_1, KPF_ARCH},
};

constexpr uint64_t bit(kpageflags flag)
{
    return uint64_t{1} << flag;
}

uint64_t node_end_pfn(pglist_data const& pgdat)
{
    return uint64_t{pgdat.node_start_pfn} + pgdat.node_spanned_pages;
}

// Null for a frame that is no memory.
page* online_page(pglist_data const& pgdat, Pfn pfn)
{
    if (pfn.value >= node_end_pfn(pgdat) ||
        (pgdat.memory != nullptr && !memblock_is_memory(*pgdat.memory, pfn_to_phys(pfn))))
        return nullptr;
    return pfn_to_page(pgdat, pfn);
}

// Whether a free block contains the page; its struct page says so only if it is the first.
bool is_free_buddy_page(pglist_data const& pgdat, Pfn pfn)
{
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        uint64_t const first = pfn.value & ~((uint64_t{1} << order) - 1);
        page const* const p = online_page(pgdat, Pfn(first));
        if (p != nullptr && page_buddy(*p) && buddy_order(*p) >= order)
            return true;
    }
    return false;
}

} // namespace

uint64_t stable_page_flags(pglist_data const& pgdat, Pfn pfn)
{
    page* const p = online_page(pgdat, pfn);
    if (p == nullptr)
        return bit(KPF_NOPAGE);
    bool const free = page_buddy(*p) || (p->_refcount == 0 && is_free_buddy_page(pgdat, pfn));
    bool const tail = !free && p->_refcount == 0 && page_tail(*p);
    bool const slab = page_flag(tail ? compound_head(*p) : *p, PG_slab);
    uint64_t flags = slab ? bit(KPF_SLAB) : 0;
    if (!slab && p->_mapcount >= 0)
        flags |= bit(KPF_MMAP);
    if (page_head(*p))
        flags |= bit(KPF_COMPOUND_HEAD);
    if (tail)
        flags |= bit(KPF_COMPOUND_TAIL);
    if (free)
        flags |= bit(KPF_BUDDY);
    if (!slab && has_page_type(*p, PG_offline))
        flags |= bit(KPF_OFFLINE);
    if (!slab && has_page_type(*p, PG_table))
        flags |= bit(KPF_PGTABLE);
    for (copied_flag const& copied : kCopied) {
        if (page_flag(*p, copied.from))
            flags |= bit(copied.to);
    }
    return flags;
}

uint64_t kpagecount(pglist_data const& pgdat, Pfn pfn)
{
    page const* const p = online_page(pgdat, pfn);
    if (p == nullptr || page_flag(*p, PG_slab) || p->_mapcount < 0)
        return 0;
    return static_cast<uint64_t>(p->_mapcount) + 1;
}

Result<size_t> read_kpages(pglist_data const& pgdat,
                           uint64_t (*word)(pglist_data const& pgdat, Pfn pfn), uint64_t offset,
                           void* buffer, size_t size)
{
    if (offset % sizeof(uint64_t) != 0 || size % sizeof(uint64_t) != 0)
        return Error{"offset and length must be multiples of 8"};
    size_t stored = 0;
    for (uint64_t pfn = offset / sizeof(uint64_t); stored < size && pfn < node_end_pfn(pgdat);
         pfn++) {
        uint64_t const value = word(pgdat, Pfn(pfn));
        memcpy(static_cast<char*>(buffer) + stored, &value, sizeof(value));
        stored += sizeof(value);
    }
    return stored;
}

} // namespace pagelab::mm
