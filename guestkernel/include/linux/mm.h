// Pages in use: their addresses, users and zones. Source: Linux 6.1 include/linux/mm.h,
// page_ref.h.
#pragma once

#include <asm/page.h>
#include <asm/processor.h>
#include <asm/pgtable.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/overflow.h>
#include <linux/page-flags.h>
#include <linux/sched.h>

struct vm_area_struct;
struct mm_struct;

__BEGIN_DECLS
extern void* high_memory; // the first address behind the direct map of low memory
void __put_page(struct page* page);
void split_page(struct page* page, unsigned int order);
bool is_vmalloc_addr(void const* address);
struct page* vmalloc_to_page(void const* address);
unsigned long vmalloc_to_pfn(void const* address);
unsigned long totalram_pages(void); // Linux': inline
unsigned long nr_free_pages(void);
#ifndef __x86_64__
void* page_address(struct page const* page);
#endif
__END_DECLS

#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(address) ALIGN_DOWN(address, PAGE_SIZE)
#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define offset_in_page(pointer) ((unsigned long)(pointer) & ~PAGE_MASK)
#define nth_page(page, n) ((page) + (n))

static inline void* lowmem_page_address(struct page const* page)
{
    return __va(PFN_PHYS(page_to_pfn(page)));
}

#ifdef __x86_64__
#define page_address(page) lowmem_page_address(page)
#endif

static inline enum zone_type page_zonenum(struct page const* page)
{
    return (enum zone_type)(page->flags >> ZONES_PGSHIFT & ZONES_MASK);
}

static inline struct zone* page_zone(struct page const* page)
{
    return &NODE_DATA(0)->node_zones[page_zonenum(page)];
}

static inline int page_to_nid(struct page const* page)
{
    (void)page;
    return 0;
}

static inline int PageHighMem(struct page const* page)
{
    return is_highmem(page_zone(page));
}

static inline unsigned int compound_order(struct page* page)
{
    return PageHead(page) ? page[1].compound_order : 0;
}

static inline unsigned long compound_nr(struct page* page)
{
    return 1UL << compound_order(page);
}

static inline unsigned long page_size(struct page* page)
{
    return PAGE_SIZE << compound_order(page);
}

static inline int page_ref_count(struct page const* page)
{
    return atomic_read(&page->_refcount);
}

static inline int page_count(struct page const* page)
{
    return page_ref_count(compound_head(page));
}

static inline int page_mapcount(struct page* page)
{
    return atomic_read(&page->_mapcount) + 1;
}

static inline void get_page(struct page* page)
{
    atomic_inc(&compound_head(page)->_refcount);
}

static inline void put_page(struct page* page)
{
    __put_page(page);
}

static inline struct page* virt_to_head_page(void const* address)
{
    return compound_head(virt_to_page(address));
}

static inline int get_order(unsigned long size)
{
    return size <= PAGE_SIZE ? 0 : fls64((size - 1) >> PAGE_SHIFT);
}
