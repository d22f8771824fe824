// Memory mapped side by side in the vmalloc window. Source: Linux 6.1 include/linux/vmalloc.h; the
// layout is that of guestkernel/mm/vmalloc.hpp.
#pragma once

#include <asm/pgtable.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/overflow.h>

#define VM_IOREMAP 0x00000001
#define VM_ALLOC 0x00000002
#define VM_MAP 0x00000004
#define VM_USERMAP 0x00000008
#define VM_NO_GUARD 0x00000040
#define VM_FLUSH_RESET_PERMS 0x00000100
#define VM_MAP_PUT_PAGES 0x00000200

struct page;

struct vm_struct {
    struct vm_struct* next;
    void* addr;
    unsigned long size; // with the guard page
    unsigned long flags;
    struct page** pages;
    unsigned int page_order;
    unsigned int nr_pages;
    phys_addr_t phys_addr;
    void const* caller;
};

__BEGIN_DECLS
void* vmalloc(unsigned long size) __malloc;
void* vzalloc(unsigned long size) __malloc;
void* vmalloc_user(unsigned long size) __malloc;
void* vmalloc_32(unsigned long size) __malloc;
void* __vmalloc(unsigned long size, gfp_t gfp) __malloc;
void vfree(void const* address);
void vunmap(void const* address);
bool is_vmalloc_addr(void const* address);
struct page* vmalloc_to_page(void const* address);
unsigned long vmalloc_to_pfn(void const* address);
void vm_unmap_aliases(void);
__END_DECLS

static inline void* vmalloc_array(size_t n, size_t size)
{
    return vmalloc(array_size(n, size));
}

static inline void* vcalloc(size_t n, size_t size)
{
    return vzalloc(array_size(n, size));
}
