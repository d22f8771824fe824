// The page allocator. Source: Linux 6.1 include/linux/gfp.h.
#pragma once

#include <linux/gfp_types.h>
#include <linux/mmzone.h>

__BEGIN_DECLS
struct page* __alloc_pages(gfp_t gfp, unsigned int order, int node, void* nodemask);
void __free_pages(struct page* page, unsigned int order);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long address, unsigned int order);
void* alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void* address, size_t size);
__END_DECLS

static inline struct page* alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
    return __alloc_pages(gfp, order, node, NULL);
}

static inline struct page* alloc_pages(gfp_t gfp, unsigned int order)
{
    return __alloc_pages(gfp, order, 0, NULL);
}

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __get_free_page(gfp) __get_free_pages((gfp), 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, (order))
#define __free_page(page) __free_pages((page), 0)
#define free_page(address) free_pages((address), 0)

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
    return (gfp & __GFP_DIRECT_RECLAIM) != 0;
}
