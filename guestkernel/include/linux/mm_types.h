// struct page: one for each page frame. struct vm_area_struct and mm_struct: a process' memory.
//
// "private" is a word of C++, where the field is private_. Source: Linux 6.1
// include/linux/mm_types.h; the layout is that of guestkernel/mm/page.hpp.
#pragma once

#include <asm/page.h>
#include <linux/list.h>
#include <linux/types.h>

#ifdef __cplusplus
#define __page_private private_
#else
#define __page_private private
#endif

struct address_space;

struct page {
    unsigned long flags;
    union {
        struct list_head lru;
        struct list_head buddy_list;
        struct list_head pcp_list;
        struct {
            unsigned long compound_head;
            unsigned char compound_dtor;
            unsigned char compound_order;
        };
    };
    struct address_space* mapping;
    unsigned long index;
    unsigned long __page_private;
    union {
        atomic_t _mapcount;
        unsigned int page_type;
    };
    atomic_t _refcount;
} __aligned(2 * sizeof(unsigned long));

#define page_private(page) ((page)->__page_private)
#define set_page_private(page, value) ((page)->__page_private = (value))
