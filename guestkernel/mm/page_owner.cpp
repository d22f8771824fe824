// Keeping the records, and printing them.
#include "guestkernel/mm/page_owner.hpp"

#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/flag_names.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/pageblock.hpp"

namespace pagelab::mm {

namespace {

using lib::seq_printf;

constexpr size_t kSymbolSize = 128;

unsigned save_stack(page_owners const& owners)
{
    uintptr_t entries[kStackDepotFrames];
    unsigned const count = owners.save_stack(entries, kStackDepotFrames);
    return stack_depot_save(*owners.stacks, entries, count);
}

// The record of a page, or null if there is none.
page_owner* find_record(pglist_data const& pgdat, page const& p)
{
    page_owners const& owners = *pgdat.page_owners;
    uint64_t const pfn = page_to_pfn(pgdat, p).value;
    return pfn < owners.nr_records ? owners.records + static_cast<unsigned long>(pfn) : nullptr;
}

void copy_name(char (&to)[sizeof(page_owner::comm)], char const* from)
{
    size_t const length = strlen(from);
    size_t const kept = length < sizeof(to) - 1 ? length : sizeof(to) - 1;
    memcpy(to, from, kept);
    to[kept] = '\0';
}

void print_page_owner(lib::seq_file& m, pglist_data const& pgdat, unsigned long pfn,
                      char const* (*symbol)(char* buffer, uintptr_t address))
{
    page const& p = *pfn_to_page(pgdat, Pfn(pfn));
    page_owner const& owner = pgdat.page_owners->records[pfn];
    zone const& z = pgdat.node_zones[page_zonenum(p)];
    char text[kFlagTextSize];
    seq_printf(m,
               "Page allocated via order %u, mask %#x(%s), pid %d, tgid %d (%s), ts %llu ns, "
               "free_ts %llu ns\n",
               unsigned{owner.order}, owner.gfp_mask,
               format_gfp_flags(text, sizeof(text), owner.gfp_mask), owner.pid, owner.tgid,
               owner.comm, static_cast<unsigned long long>(owner.ts_nsec),
               static_cast<unsigned long long>(owner.free_ts_nsec));
    seq_printf(m, "PFN %lu type %s Block %lu type %s Flags %s\n", pfn,
               migratetype_name(gfp_migratetype(owner.gfp_mask)), pfn >> pageblock_order,
               migratetype_name(get_pageblock_migratetype(z, pfn)),
               format_page_flags(text, sizeof(text), p.flags));
    stack_entries const stack = stack_depot_fetch(*pgdat.page_owners->stacks, owner.handle);
    char name[kSymbolSize];
    for (unsigned i = 0; i < stack.nr_entries; i++)
        seq_printf(m, " %s\n", symbol(name, stack.entries[i]));
    lib::seq_putc(m, '\n');
}

} // namespace

void __set_page_owner(pglist_data& pgdat, page const& first, unsigned order, gfp_t gfp)
{
    page_owners const& owners = *pgdat.page_owners;
    page_owner* const record = find_record(pgdat, first);
    if (record == nullptr)
        return;
    page_owner owner = {};
    owner.order = static_cast<unsigned char>(order);
    owner.allocated = true;
    owner.gfp_mask = gfp;
    owner.handle = save_stack(owners);
    owner.ts_nsec = pgdat.env->clock();
    owner.pid = owner.tgid = owners.pid();
    copy_name(owner.comm, pgdat.env->task_name());
    for (unsigned long i = 0; i < 1ul << order; i++) {
        owner.free_handle = record[i].free_handle;
        owner.free_ts_nsec = record[i].free_ts_nsec;
        record[i] = owner;
    }
}

void __reset_page_owner(pglist_data& pgdat, page const& first, unsigned order)
{
    page_owner* const record = find_record(pgdat, first);
    if (record == nullptr)
        return;
    unsigned const handle = save_stack(*pgdat.page_owners);
    uint64_t const now = pgdat.env->clock();
    for (unsigned long i = 0; i < 1ul << order; i++) {
        record[i].allocated = false;
        record[i].free_handle = handle;
        record[i].free_ts_nsec = now;
    }
}

void __split_page_owner(pglist_data& pgdat, page const& first, unsigned order)
{
    page_owner* const record = find_record(pgdat, first);
    for (unsigned long i = 0; record != nullptr && i < 1ul << order; i++)
        record[i].order = 0;
}

void show_page_owner(lib::seq_file& m, pglist_data const& pgdat,
                     char const* (*symbol)(char* buffer, uintptr_t address))
{
    if (pgdat.page_owners == nullptr)
        return;
    page_owners const& owners = *pgdat.page_owners;
    for (unsigned long pfn = 0; pfn < owners.nr_records; pfn++) {
        page_owner const& owner = owners.records[pfn];
        bool const is_tail = (pfn & ((1ul << owner.order) - 1)) != 0;
        if (owner.allocated && owner.handle != 0 && !is_tail)
            print_page_owner(m, pgdat, pfn, symbol);
    }
}

} // namespace pagelab::mm
