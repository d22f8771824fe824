// Pages, and addresses of the direct map.
//
//   x86_64   ffff888000000000 direct map, ffffea0000000000 struct pages, ffffffff81000000 image
//   i686     c0000000 direct map of low memory and the image in it, mem_map
//
// Source: Linux 6.1 arch/x86/include/asm/page*.h, include/asm-generic/memory_model.h; the image is
// loaded at 2 MiB (guestkernel/arch/x86/layout.hpp), hence __START_KERNEL_map.
#pragma once

#include <linux/const.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PMD_SHIFT 21
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define HPAGE_SHIFT PMD_SHIFT
#define HPAGE_SIZE (1UL << HPAGE_SHIFT)
#define HUGETLB_PAGE_ORDER (HPAGE_SHIFT - PAGE_SHIFT)

#ifdef __x86_64__
#define PAGE_OFFSET 0xffff888000000000UL
#define __START_KERNEL_map 0xffffffff80e00000UL
#define VMEMMAP_START 0xffffea0000000000UL
#define __PHYSICAL_MASK_SHIFT 52
#define __VIRTUAL_MASK_SHIFT 47
#define THREAD_SIZE_ORDER 2
#else
#define PAGE_OFFSET 0xc0000000UL
#define __START_KERNEL_map PAGE_OFFSET
#define __PHYSICAL_MASK_SHIFT 36
#define __VIRTUAL_MASK_SHIFT 32
#define THREAD_SIZE_ORDER 1
#endif
#define __PHYSICAL_MASK ((phys_addr_t)((1ULL << __PHYSICAL_MASK_SHIFT) - 1))
#define THREAD_SIZE (PAGE_SIZE << THREAD_SIZE_ORDER)

static inline unsigned long __phys_addr(unsigned long address)
{
    return address - (address >= __START_KERNEL_map ? __START_KERNEL_map : PAGE_OFFSET);
}

#define __pa(address) __phys_addr((unsigned long)(address))
#define __pa_symbol(symbol) __pa(&(symbol))
#define __va(physical) ((void*)((unsigned long)(physical) + PAGE_OFFSET))
#define __page_aligned_data __section(".data..page_aligned") __aligned(PAGE_SIZE)

#define PFN_ALIGN(x) (((unsigned long)(x) + (PAGE_SIZE - 1)) & PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

struct page;

__BEGIN_DECLS
#ifndef __x86_64__
extern struct page* mem_map;
#endif
extern unsigned long max_pfn, max_low_pfn;
int __virt_addr_valid(unsigned long address);
__END_DECLS

#ifdef __x86_64__
#define vmemmap ((struct page*)VMEMMAP_START)
#define __pfn_to_page(pfn) (vmemmap + (pfn))
#define __page_to_pfn(page) ((unsigned long)((page)-vmemmap))
#else
#define __pfn_to_page(pfn) (mem_map + (pfn))
#define __page_to_pfn(page) ((unsigned long)((page)-mem_map))
#endif
#define page_to_pfn __page_to_pfn
#define pfn_to_page __pfn_to_page
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(physical) pfn_to_page(PHYS_PFN(physical))
#define pfn_valid(pfn) ((pfn) < max_pfn)
#define pfn_to_kaddr(pfn) __va((pfn) << PAGE_SHIFT)
#define virt_to_pfn(address) (__pa(address) >> PAGE_SHIFT)
#define virt_to_page(address) pfn_to_page(__pa(address) >> PAGE_SHIFT)
#define virt_addr_valid(address) __virt_addr_valid((unsigned long)(address))

static inline phys_addr_t virt_to_phys(void const volatile* address)
{
    return __pa(address);
}

static inline void* phys_to_virt(phys_addr_t physical)
{
    return __va(physical);
}

#define clear_page(address) __builtin_memset((address), 0, PAGE_SIZE)
#define copy_page(to, from) __builtin_memcpy((to), (from), PAGE_SIZE)
