// Short views of pages that may have no permanent mapping: high memory, on i686 only.
//
// kmap may sleep until one of 512 slots is free; kmap_local_page's slots are a stack of this CPU's.
// Between kmap_atomic and kunmap_atomic the thread is not preempted. Source: Linux 6.1
// include/linux/highmem.h, highmem-internal.h.
#pragma once

#include <asm/page.h>
#include <linux/mm.h>
#include <linux/preempt.h>

__BEGIN_DECLS
#ifndef __x86_64__
void* kmap_high(struct page* page);
void kunmap_high(struct page* page);
void* __kmap_local_page_prot(struct page* page, unsigned long prot);
void kunmap_local_indexed(void const* address);
#endif
__END_DECLS

#ifdef __x86_64__
static inline void* kmap(struct page* page)
{
    return page_address(page);
}

static inline void kunmap(struct page* page)
{
    (void)page;
}

static inline void* kmap_local_page(struct page* page)
{
    return page_address(page);
}

#define kunmap_local(address) ((void)(address))
#else
static inline void* kmap(struct page* page)
{
    return PageHighMem(page) ? kmap_high(page) : page_address(page);
}

static inline void kunmap(struct page* page)
{
    if (PageHighMem(page))
        kunmap_high(page);
}

static inline void* kmap_local_page(struct page* page)
{
    return __kmap_local_page_prot(page, 0);
}

#define kunmap_local(address) kunmap_local_indexed(address)
#endif

static inline void* kmap_atomic(struct page* page)
{
    preempt_disable();
    return kmap_local_page(page);
}

#define kunmap_atomic(address)                                                                     \
    do {                                                                                           \
        kunmap_local(address);                                                                     \
        preempt_enable();                                                                          \
    } while (0)

static inline void clear_highpage(struct page* page)
{
    void* address = kmap_local_page(page);
    clear_page(address);
    kunmap_local(address);
}

static inline void copy_highpage(struct page* to, struct page* from)
{
    void* source = kmap_local_page(from);
    void* target = kmap_local_page(to);
    copy_page(target, source);
    kunmap_local(target);
    kunmap_local(source);
}

static inline void memcpy_from_page(char* to, struct page* page, size_t offset, size_t length)
{
    char* from = (char*)kmap_local_page(page);
    __builtin_memcpy(to, from + offset, length);
    kunmap_local(from);
}

static inline void memcpy_to_page(struct page* page, size_t offset, char const* from, size_t length)
{
    char* to = (char*)kmap_local_page(page);
    __builtin_memcpy(to + offset, from, length);
    kunmap_local(to);
}
