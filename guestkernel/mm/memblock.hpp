// The boot-time allocator: what is memory, and what of it is taken, as two sorted lists of ranges.
//
// Used from the firmware's memory map until memblock_free_all hands the rest to the page allocator;
// afterwards `memory` stays true and `reserved` is history. Addresses are guest physical, sizes in
// bytes; ranges of one list neither overlap nor touch (they are merged). The arrays belong to the
// caller and are not grown: a list that is full is an error, and then nothing was changed.
//
// Source: Linux 6.1 mm/memblock.c, include/linux/memblock.h.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::mm {

using lib::Error;
using lib::Result;

struct memblock_region {
    uint64_t base;
    uint64_t size;
};

struct memblock_type {
    unsigned long cnt;
    unsigned long max;
    uint64_t total_size;
    memblock_region* regions;
};

struct memblock {
    bool bottom_up;         // allocate low addresses first; otherwise high ones
    uint64_t current_limit; // allocations end at or below this address
    memblock_type memory;
    memblock_type reserved;
};

struct memblock_range {
    PhysAddr start;
    PhysAddr end; // exclusive
};

void memblock_init(memblock& mb, memblock_region* memory, unsigned long memory_max,
                   memblock_region* reserved, unsigned long reserved_max);

// A range that runs past the end of the address space is cut there; size 0 does nothing.
Result<> memblock_add(memblock& mb, PhysAddr base, uint64_t size);
Result<> memblock_remove(memblock& mb, PhysAddr base, uint64_t size);
Result<> memblock_reserve(memblock& mb, PhysAddr base, uint64_t size);
Result<> memblock_phys_free(memblock& mb, PhysAddr base, uint64_t size);

// Shrinks every range of memory to whole multiples of `alignment` (a power of two).
Result<> memblock_trim_memory(memblock& mb, uint64_t alignment);

// Finds free memory in [start, end) and reserves it; `alignment` is a power of two. The contents
// are whatever the memory holds.
Result<PhysAddr> memblock_phys_alloc_range(memblock& mb, uint64_t size, uint64_t alignment,
                                           PhysAddr start, PhysAddr end);

// The same anywhere from 64 KiB (below lies the firmware's data) to current_limit.
Result<PhysAddr> memblock_phys_alloc(memblock& mb, uint64_t size, uint64_t alignment);

bool memblock_is_memory(memblock const& mb, PhysAddr address);
bool memblock_is_reserved(memblock const& mb, PhysAddr address);
PhysAddr memblock_start_of_dram(memblock const& mb);
PhysAddr memblock_end_of_dram(memblock const& mb); // exclusive; 0 without memory

// Whole pages of memory in [start, end).
uint64_t memblock_pages_in_range(memblock const& mb, Pfn start, Pfn end);

// The first free range at or above *cursor, and the cursor behind it; false at the end.
bool next_free_mem_range(memblock const& mb, uint64_t& cursor, memblock_range& range);

// f(memblock_range) for each range of memory that is not reserved, lowest first.
template<class F>
void for_each_free_mem_range(memblock const& mb, F f)
{
    uint64_t cursor = 0;
    memblock_range range;
    while (next_free_mem_range(mb, cursor, range))
        f(range);
}

} // namespace pagelab::mm
