// The page tables under vmalloc, kmap and stacks: map, unmap and look up 4 KiB pages of the kernel.
//
// Tables are reached by physical address through a direct map of them, wherever that is. PAE's
// three levels and x86_64's four differ only in their number: all entries have 8 bytes and each
// level takes 9 bits of the address, of which PAE's top level uses 2 (Intel SDM volume 3,
// sections 4.4.2 and 4.5.4; PAE's top entries grant nothing, 4.4.1). Levels count from the leaves,
// as in abi/x86/pte.hpp. Upper entries grant everything, the leaf decides.
//
// Tables are never given back: the kernel maps the same places again and again. Nothing here
// touches a TLB; whoever removes or changes a mapping flushes. Addresses and sizes are whole pages.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/pte.hpp"
#include "guestkernel/lib/result.hpp"
#include "guestkernel/mm/page.hpp"

namespace pagelab::mm {

using lib::Error;
using lib::Result;

inline constexpr unsigned kEntriesPerTable = 512;

struct vmap_table {
    PhysAddr root;
    unsigned levels;          // 3: PAE, 4: x86_64
    uint64_t supported_flags; // which flags reach the leaves (Linux' __supported_pte_mask)
    uintptr_t page_offset;    // where the direct map shows physical address 0
    void* context;
    Result<PhysAddr> (*allocate)(void* context); // a table of zeros, which stays ours
    void (*free)(void* context, PhysAddr table); // one that another CPU was faster to make
};

// The level-1 entry that maps `address`; null if there is no table for it, or a larger page.
uint64_t* find_pte(vmap_table const& table, unsigned long address);

// What `address` is mapped to, by a page of any size; an error if it is not.
Result<PhysAddr> mapped_address(vmap_table const& table, unsigned long address);

// The entry of any level for `address`, with all tables made that are missing above it. Fails when
// `allocate` does.
Result<uint64_t*> make_entry(vmap_table const& table, unsigned long address, unsigned level);
inline Result<uint64_t*> make_pte(vmap_table const& table, unsigned long address)
{
    return make_entry(table, address, 1);
}

// What is mapped must not be mapped already: that is an error, as is running out of tables. Then
// the pages before stay mapped; the caller unmaps the whole range.
Result<> map_range(vmap_table const& table, unsigned long address, PhysAddr physical,
                   unsigned long size, uint64_t flags);

// The same with any frames; `mem_map` is the page of pfn 0.
Result<> map_pages(vmap_table const& table, unsigned long address, page* const* pages,
                   unsigned long count, page const* mem_map, uint64_t flags);

// Whatever is mapped of it; the rest is left alone.
void unmap_range(vmap_table const& table, unsigned long address, unsigned long size);

// Pages mapped in [start, end], for checks: only tables that exist are read. No entry of them may
// be a larger page.
unsigned long count_mapped(vmap_table const& table, unsigned long start, unsigned long last);

} // namespace pagelab::mm
