// Walking and filling the kernel's page tables.
#include "guestkernel/mm/vmap_table.hpp"

namespace pagelab::mm {

namespace pte = x86::pte;
using x86::Format64;

namespace {

uint64_t* table_at(vmap_table const& table, PhysAddr physical)
{
    return reinterpret_cast<uint64_t*>(table.page_offset + static_cast<uintptr_t>(physical.value));
}

unsigned index_of(unsigned level, unsigned long address)
{
    return static_cast<unsigned>(uint64_t{address} >> Format64::page_shift(level)) &
           (kEntriesPerTable - 1);
}

bool has_rights(vmap_table const& table, unsigned level)
{
    return !(table.levels == x86::FormatPae::kLevels && level == x86::FormatPae::kLevels);
}

// Pages from `address` to the end of its leaf table, at most `count`.
unsigned long pages_in_table(unsigned long address, unsigned long count)
{
    unsigned long const left = kEntriesPerTable - index_of(1, address);
    return left < count ? left : count;
}

// The i-th page gets the frame at frame_of(i).
template<class FrameOf>
Result<> map_each(vmap_table const& table, unsigned long address, unsigned long count,
                  uint64_t flags, FrameOf frame_of)
{
    flags &= table.supported_flags;
    for (unsigned long done = 0; done < count;) {
        uint64_t* entry = TRY(make_pte(table, address));
        unsigned long const pages = pages_in_table(address, count - done);
        for (unsigned long i = done; i < done + pages; i++, entry++) {
            if (pte::Present::is_set(*entry))
                return Error{"page is already mapped"};
            *entry = frame_of(i).value | flags;
        }
        done += pages;
        address += pages * kPageSize;
    }
    return {};
}

unsigned long count_below(vmap_table const& table, PhysAddr at, unsigned level, uint64_t base,
                          uint64_t start, uint64_t last)
{
    uint64_t const* const entries = table_at(table, at);
    uint64_t const step = uint64_t{1} << Format64::page_shift(level);
    unsigned const used = has_rights(table, level) ? kEntriesPerTable : 4;
    unsigned long count = 0;
    for (unsigned i = 0; i < used; i++) {
        uint64_t const from = base + i * step;
        if (!pte::Present::is_set(entries[i]) || from > last || from + (step - 1) < start)
            continue;
        count += level == 1 ? 1
                            : count_below(table, Format64::table(entries[i]), level - 1, from,
                                          start, last);
    }
    return count;
}

// A new table into an entry that was empty a moment ago.
Result<> enter_table(vmap_table const& table, uint64_t& entry, uint64_t rights)
{
    PhysAddr const made = TRY(table.allocate(table.context));
    uint64_t const value = made.value | pte::Present::mask | rights;
    if (!__sync_bool_compare_and_swap(&entry, uint64_t{0}, value))
        table.free(table.context, made);
    return {};
}

} // namespace

uint64_t* find_pte(vmap_table const& table, unsigned long address)
{
    uint64_t* entries = table_at(table, table.root);
    for (unsigned level = table.levels; level > 1; level--) {
        uint64_t const entry = entries[index_of(level, address)];
        if (!pte::Present::is_set(entry) || (level < table.levels && pte::PageSize::is_set(entry)))
            return nullptr;
        entries = table_at(table, Format64::table(entry));
    }
    return entries + index_of(1, address);
}

Result<PhysAddr> mapped_address(vmap_table const& table, unsigned long address)
{
    PhysAddr at = table.root;
    for (unsigned level = table.levels; level > 0; level--) {
        uint64_t const entry = table_at(table, at)[index_of(level, address)];
        if (!pte::Present::is_set(entry))
            return Error{"not mapped"};
        at = Format64::table(entry);
        if (level == 1 || (level < table.levels && pte::PageSize::is_set(entry))) {
            uint64_t const offset = (uint64_t{1} << Format64::page_shift(level)) - 1;
            return PhysAddr((at.value & ~offset) + (address & offset));
        }
    }
    return Error{"not mapped"};
}

Result<uint64_t*> make_entry(vmap_table const& table, unsigned long address, unsigned target)
{
    uint64_t* entries = table_at(table, table.root);
    for (unsigned level = table.levels; level > target; level--) {
        uint64_t& entry = entries[index_of(level, address)];
        if (!pte::Present::is_set(entry)) {
            uint64_t const rights =
                has_rights(table, level) ? pte::Writable::mask | pte::Accessed::mask : 0;
            TRY(enter_table(table, entry, rights));
        } else if (level < table.levels && pte::PageSize::is_set(entry)) {
            return Error{"a large page is mapped there"};
        }
        entries = table_at(table, Format64::table(entry));
    }
    return entries + index_of(target, address);
}

Result<> map_range(vmap_table const& table, unsigned long address, PhysAddr physical,
                   unsigned long size, uint64_t flags)
{
    return map_each(table, address, size / kPageSize, flags,
                    [=](unsigned long i) { return physical + i * kPageSize; });
}

Result<> map_pages(vmap_table const& table, unsigned long address, page* const* pages,
                   unsigned long count, page const* mem_map, uint64_t flags)
{
    return map_each(table, address, count, flags, [=](unsigned long i) {
        return pfn_to_phys(Pfn(static_cast<unsigned long>(pages[i] - mem_map)));
    });
}

void unmap_range(vmap_table const& table, unsigned long address, unsigned long size)
{
    for (unsigned long left = size / kPageSize; left > 0;) {
        unsigned long const pages = pages_in_table(address, left);
        if (uint64_t* const entry = find_pte(table, address)) {
            for (unsigned long i = 0; i < pages; i++)
                entry[i] = 0;
        }
        left -= pages;
        address += pages * kPageSize;
    }
}

unsigned long count_mapped(vmap_table const& table, unsigned long start, unsigned long last)
{
    uint64_t const translated = x86::bits(table.levels == x86::FormatPae::kLevels ? 31 : 47, 0);
    return count_below(table, table.root, table.levels, 0, start & translated, last & translated);
}

} // namespace pagelab::mm
