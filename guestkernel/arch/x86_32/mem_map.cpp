// i686's struct page array: one piece of low memory for all page frames (Linux' FLATMEM,
// alloc_node_mem_map in mm/page_alloc.c). 16 GiB of RAM cost 136 MiB of the 896.
#include "guestkernel/arch/x86/paging.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/mm/mm_init.hpp"

namespace pagelab::arch {

mm::Result<mm::page*> mem_map_init(mm::memblock& memory)
{
    uint64_t pages = 0;
    mm::pfn_range range;
    for (unsigned long i = 0; mm::mem_map_range(memory, i, range); i++)
        pages = range.end.value > pages ? range.end.value : pages;
    PhysAddr const map = TRY(mm::memblock_phys_alloc(memory, pages * sizeof(mm::page), kPageSize));
    return static_cast<mm::page*>(phys_to_virt(map));
}

} // namespace pagelab::arch
