// Both lists are kept sorted and merged by two operations: insert a range, cut a range out.
#include "guestkernel/mm/memblock.hpp"

#include "guestkernel/lib/align.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kFirmwareData = 0x1'0000; // below: tables the firmware left, real-mode code

struct span {
    uint64_t base;
    uint64_t end;
};

span make_span(PhysAddr base, uint64_t size)
{
    uint64_t const room = UINT64_MAX - base.value;
    return {base.value, base.value + (size < room ? size : room)};
}

uint64_t end_of(memblock_region const& region)
{
    return region.base + region.size;
}

// Replaces regions [first, last) by `count` (0 to 2) others.
void splice(memblock_type& type, unsigned long first, unsigned long last,
            memblock_region const* others, unsigned long count)
{
    for (unsigned long i = first; i < last; i++)
        type.total_size -= type.regions[i].size;
    unsigned long const moved = type.cnt - last;
    if (first + count < last) {
        for (unsigned long i = 0; i < moved; i++)
            type.regions[first + count + i] = type.regions[last + i];
    } else {
        for (unsigned long i = moved; i-- > 0;)
            type.regions[first + count + i] = type.regions[last + i];
    }
    for (unsigned long i = 0; i < count; i++) {
        type.regions[first + i] = others[i];
        type.total_size += others[i].size;
    }
    type.cnt = type.cnt - (last - first) + count;
}

Result<> insert_range(memblock_type& type, span range)
{
    if (range.base >= range.end)
        return {};
    unsigned long first = 0;
    while (first < type.cnt && end_of(type.regions[first]) < range.base)
        first++;
    unsigned long last = first;
    for (; last < type.cnt && type.regions[last].base <= range.end; last++) {
        if (type.regions[last].base < range.base)
            range.base = type.regions[last].base;
        if (end_of(type.regions[last]) > range.end)
            range.end = end_of(type.regions[last]);
    }
    if (first == last && type.cnt == type.max)
        return Error{"too many memory regions"};
    memblock_region const merged{range.base, range.end - range.base};
    splice(type, first, last, &merged, 1);
    return {};
}

Result<> cut_range(memblock_type& type, span range)
{
    if (range.base >= range.end)
        return {};
    unsigned long first = 0;
    while (first < type.cnt && end_of(type.regions[first]) <= range.base)
        first++;
    unsigned long last = first;
    while (last < type.cnt && type.regions[last].base < range.end)
        last++;
    if (first == last)
        return {};
    memblock_region rest[2];
    unsigned long count = 0;
    if (type.regions[first].base < range.base)
        rest[count++] = {type.regions[first].base, range.base - type.regions[first].base};
    if (end_of(type.regions[last - 1]) > range.end)
        rest[count++] = {range.end, end_of(type.regions[last - 1]) - range.end};
    if (type.cnt - (last - first) + count > type.max)
        return Error{"too many memory regions"};
    splice(type, first, last, rest, count);
    return {};
}

bool contains(memblock_type const& type, PhysAddr address)
{
    for (unsigned long i = 0; i < type.cnt; i++) {
        if (address.value - type.regions[i].base < type.regions[i].size)
            return true;
    }
    return false;
}

} // namespace

void memblock_init(memblock& mb, memblock_region* memory, unsigned long memory_max,
                   memblock_region* reserved, unsigned long reserved_max)
{
    mb.bottom_up = false;
    mb.current_limit = UINT64_MAX;
    mb.memory = {0, memory_max, 0, memory};
    mb.reserved = {0, reserved_max, 0, reserved};
}

Result<> memblock_add(memblock& mb, PhysAddr base, uint64_t size)
{
    return insert_range(mb.memory, make_span(base, size));
}

Result<> memblock_remove(memblock& mb, PhysAddr base, uint64_t size)
{
    return cut_range(mb.memory, make_span(base, size));
}

Result<> memblock_reserve(memblock& mb, PhysAddr base, uint64_t size)
{
    return insert_range(mb.reserved, make_span(base, size));
}

Result<> memblock_phys_free(memblock& mb, PhysAddr base, uint64_t size)
{
    return cut_range(mb.reserved, make_span(base, size));
}

Result<> memblock_trim_memory(memblock& mb, uint64_t alignment)
{
    for (unsigned long i = mb.memory.cnt; i-- > 0;) {
        memblock_region const region = mb.memory.regions[i];
        uint64_t const start = lib::align_up(region.base, alignment);
        uint64_t const end = lib::align_down(end_of(region), alignment);
        memblock_region const trimmed{start, end - start};
        bool const is_empty = start < region.base || end <= start; // the first: wrapped
        splice(mb.memory, i, i + 1, &trimmed, is_empty ? 0 : 1);
    }
    return {};
}

bool next_free_mem_range(memblock const& mb, uint64_t& cursor, memblock_range& range)
{
    for (unsigned long i = 0; i < mb.memory.cnt; i++) {
        uint64_t start = mb.memory.regions[i].base;
        uint64_t end = end_of(mb.memory.regions[i]);
        start = start < cursor ? cursor : start;
        for (unsigned long r = 0; r < mb.reserved.cnt && start < end; r++) {
            memblock_region const& taken = mb.reserved.regions[r];
            if (end_of(taken) <= start)
                continue;
            if (taken.base <= start)
                start = end_of(taken);
            else if (taken.base < end)
                end = taken.base;
        }
        if (start < end) {
            range = {PhysAddr(start), PhysAddr(end)};
            cursor = end;
            return true;
        }
    }
    return false;
}

Result<PhysAddr> memblock_phys_alloc_range(memblock& mb, uint64_t size, uint64_t alignment,
                                           PhysAddr start, PhysAddr end)
{
    bool found = false;
    uint64_t best = 0;
    for_each_free_mem_range(mb, [&](memblock_range range) {
        uint64_t const low = range.start > start ? range.start.value : start.value;
        uint64_t const high = range.end < end ? range.end.value : end.value;
        if ((found && mb.bottom_up) || high < low || high - low < size)
            return;
        uint64_t const candidate =
            mb.bottom_up ? lib::align_up(low, alignment) : lib::align_down(high - size, alignment);
        if (candidate < low || candidate > high - size)
            return;
        found = true;
        best = candidate;
    });
    if (!found || size == 0)
        return Error{"out of memory at boot"};
    TRY(memblock_reserve(mb, PhysAddr(best), size));
    return PhysAddr(best);
}

Result<PhysAddr> memblock_phys_alloc(memblock& mb, uint64_t size, uint64_t alignment)
{
    return memblock_phys_alloc_range(mb, size, alignment, PhysAddr(kFirmwareData),
                                     PhysAddr(mb.current_limit));
}

bool memblock_is_memory(memblock const& mb, PhysAddr address)
{
    return contains(mb.memory, address);
}

bool memblock_is_reserved(memblock const& mb, PhysAddr address)
{
    return contains(mb.reserved, address);
}

PhysAddr memblock_start_of_dram(memblock const& mb)
{
    return PhysAddr(mb.memory.cnt == 0 ? 0 : mb.memory.regions[0].base);
}

PhysAddr memblock_end_of_dram(memblock const& mb)
{
    return PhysAddr(mb.memory.cnt == 0 ? 0 : end_of(mb.memory.regions[mb.memory.cnt - 1]));
}

uint64_t memblock_pages_in_range(memblock const& mb, Pfn start, Pfn end)
{
    uint64_t pages = 0;
    for (unsigned long i = 0; i < mb.memory.cnt; i++) {
        uint64_t const first = (mb.memory.regions[i].base + kPageSize - 1) >> kPageShift;
        uint64_t const last = end_of(mb.memory.regions[i]) >> kPageShift;
        uint64_t const low = first > start.value ? first : start.value;
        uint64_t const high = last < end.value ? last : end.value;
        pages += high > low ? high - low : 0;
    }
    return pages;
}

} // namespace pagelab::mm
