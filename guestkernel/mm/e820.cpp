// Sorting and resolving: between two neighbouring boundaries the highest type that covers wins.
#include "guestkernel/mm/e820.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kBiosBegin = 0xa'0000; // video memory, adapters, ROMs up to 1 MiB
constexpr uint64_t kBiosEnd = 0x10'0000;

uint64_t end_of(E820Entry const& entry)
{
    uint64_t const room = UINT64_MAX - entry.address;
    return entry.address + (entry.size < room ? entry.size : room);
}

struct boundaries {
    uint64_t at[2 * kE820MaxEntries];
    unsigned count = 0;

    void add(uint64_t address)
    {
        unsigned place = count;
        while (place > 0 && at[place - 1] > address)
            place--;
        if (place > 0 && at[place - 1] == address)
            return;
        for (unsigned i = count; i > place; i--)
            at[i] = at[i - 1];
        at[place] = address;
        count++;
    }
};

// The highest type that covers the address; 0: none does.
uint32_t type_at(e820_table const& table, uint64_t address)
{
    uint32_t type = 0;
    for (unsigned i = 0; i < table.nr_entries; i++) {
        E820Entry const& entry = table.entries[i];
        if (address >= entry.address && address < end_of(entry) && entry.type > type)
            type = entry.type;
    }
    return type;
}

// Takes [base, end) out of all entries of old_type, and adds it as new_type unless that is 0.
Result<> replace(e820_table& table, uint64_t base, uint64_t end, uint32_t old_type,
                 uint32_t new_type)
{
    unsigned const count = table.nr_entries; // what is added below needs no look
    for (unsigned i = 0; i < count; i++) {
        E820Entry const old = table.entries[i];
        uint64_t const low = old.address > base ? old.address : base;
        uint64_t const high = end_of(old) < end ? end_of(old) : end;
        if (old.type != old_type || low >= high)
            continue;
        table.entries[i].size = low - old.address;
        if (high < end_of(old))
            TRY(e820_add(table, PhysAddr(high), end_of(old) - high, old_type));
        if (new_type != 0)
            TRY(e820_add(table, PhysAddr(low), high - low, new_type));
    }
    return e820_sanitize(table);
}

} // namespace

Result<> e820_add(e820_table& table, PhysAddr base, uint64_t size, uint32_t type)
{
    if (size == 0)
        return {};
    if (table.nr_entries == kE820MaxEntries)
        return Error{"too many entries in the memory map"};
    table.entries[table.nr_entries++] = {base.value, size, type};
    return {};
}

Result<> e820_sanitize(e820_table& table)
{
    boundaries edges;
    for (unsigned i = 0; i < table.nr_entries; i++) {
        edges.add(table.entries[i].address);
        edges.add(end_of(table.entries[i]));
    }
    e820_table sorted;
    for (unsigned i = 0; i + 1 < edges.count; i++) {
        uint32_t const type = type_at(table, edges.at[i]);
        uint64_t const size = edges.at[i + 1] - edges.at[i];
        if (type == 0)
            continue;
        if (sorted.nr_entries > 0) {
            E820Entry& last = sorted.entries[sorted.nr_entries - 1];
            if (last.type == type && end_of(last) == edges.at[i]) {
                last.size += size;
                continue;
            }
        }
        TRY(e820_add(sorted, PhysAddr(edges.at[i]), size, type));
    }
    table = sorted;
    return {};
}

Result<> e820_update(e820_table& table, PhysAddr base, uint64_t size, uint32_t old_type,
                     uint32_t new_type)
{
    return replace(table, base.value, base.value + size, old_type, new_type);
}

Result<> e820_remove(e820_table& table, PhysAddr base, uint64_t size, uint32_t old_type)
{
    return replace(table, base.value, base.value + size, old_type, 0);
}

Result<> e820_setup(e820_table& table, E820Entry const* map, unsigned count)
{
    table.nr_entries = 0;
    for (unsigned i = 0; i < count; i++)
        TRY(e820_add(table, PhysAddr(map[i].address), map[i].size, map[i].type));
    TRY(e820_sanitize(table));
    TRY(e820_update(table, PhysAddr(0), kPageSize, kE820Usable, kE820Reserved));
    return e820_remove(table, PhysAddr(kBiosBegin), kBiosEnd - kBiosBegin, kE820Usable);
}

Result<> e820_memblock_setup(e820_table const& table, memblock& mb, PhysAddr limit)
{
    for (unsigned i = 0; i < table.nr_entries; i++) {
        E820Entry const& entry = table.entries[i];
        uint64_t const end = end_of(entry) < limit.value ? end_of(entry) : limit.value;
        if (entry.type == kE820Usable && entry.address < end)
            TRY(memblock_add(mb, PhysAddr(entry.address), end - entry.address));
    }
    TRY(memblock_trim_memory(mb, kPageSize));
    return memblock_reserve(mb, PhysAddr(0), kBiosEnd);
}

char const* e820_type_name(uint32_t type)
{
    switch (type) {
    case kE820Usable:
        return "System RAM";
    case kE820AcpiReclaimable:
        return "ACPI Tables";
    case kE820AcpiNvs:
        return "ACPI Non-volatile Storage";
    case kE820Unusable:
        return "Unusable memory";
    case kE820Reserved:
        return "Reserved";
    default:
        return "Unknown E820 type";
    }
}

} // namespace pagelab::mm
