// The page allocator as Linux names it, on the kernel's node: what no caller may do is reported.
//
// Addresses are those of the direct map. A page or block that must not be freed (freed twice,
// reserved, still in use) is left alone after a "Bad page state" report, which taints the kernel.
// Source: Linux 6.1 include/linux/gfp.h, mm/page_alloc.c.
#pragma once

#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::kernel {

// mm::alloc_pages; null for an order that is too large, which is reported once unless
// __GFP_NOWARN is among the flags. Source: Linux 6.1 mm/page_alloc.c (__alloc_pages).
mm::page* __alloc_pages(mm::pglist_data& pgdat, mm::gfp_t gfp, unsigned order);

mm::page* alloc_pages(mm::gfp_t gfp, unsigned order);
void __free_pages(mm::page* first, unsigned order);

// 0: no memory, or __GFP_HIGHMEM among the flags.
unsigned long __get_free_pages(mm::gfp_t gfp, unsigned order);
unsigned long get_zeroed_page(mm::gfp_t gfp);
void free_pages(unsigned long address, unsigned order); // 0 is ignored

// `size` bytes in whole pages; null as above.
void* alloc_pages_exact(size_t size, mm::gfp_t gfp);
void free_pages_exact(void* address, size_t size);

using mm::get_page;
void put_page(mm::page* p);
void split_page(mm::page* first, unsigned order);

inline mm::page* alloc_page(mm::gfp_t gfp)
{
    return alloc_pages(gfp, 0);
}
inline unsigned long __get_free_page(mm::gfp_t gfp)
{
    return __get_free_pages(gfp, 0);
}
inline void __free_page(mm::page* p)
{
    __free_pages(p, 0);
}
inline void free_page(unsigned long address)
{
    free_pages(address, 0);
}

} // namespace pagelab::kernel
