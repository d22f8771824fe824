// The bits of page.flags, and page.page_type. Source: Linux 6.1 include/linux/page-flags.h.
#pragma once

#include <linux/bitops.h>
#include <linux/mm_types.h>

enum pageflags {
    PG_locked,
    PG_referenced,
    PG_uptodate,
    PG_dirty,
    PG_lru,
    PG_active,
    PG_workingset,
    PG_waiters,
    PG_error,
    PG_slab,
    PG_owner_priv_1,
    PG_arch_1,
    PG_reserved,
    PG_private,
    PG_private_2,
    PG_writeback,
    PG_head,
    PG_mappedtodisk,
    PG_reclaim,
    PG_swapbacked,
    PG_unevictable,
    PG_mlocked,
    __NR_PAGEFLAGS,
};

static inline struct page* compound_head(struct page const* page)
{
    unsigned long head = READ_ONCE(page->compound_head);
    return (struct page*)(head & 1 ? head - 1 : (unsigned long)page);
}

static inline int PageTail(struct page const* page)
{
    return READ_ONCE(page->compound_head) & 1;
}

// Flags that are each page's own, and flags that a compound page's head has for all.
#define __PAGEFLAG(Name, name, page_with_it)                                                       \
    static inline int Page##Name(struct page const* page)                                          \
    {                                                                                              \
        return test_bit(PG_##name, &page_with_it->flags);                                          \
    }                                                                                              \
    static inline void SetPage##Name(struct page* page)                                            \
    {                                                                                              \
        set_bit(PG_##name, &page_with_it->flags);                                                  \
    }                                                                                              \
    static inline void ClearPage##Name(struct page* page)                                          \
    {                                                                                              \
        clear_bit(PG_##name, &page_with_it->flags);                                                \
    }
#define PAGEFLAG(Name, name) __PAGEFLAG(Name, name, page)
#define HEAD_PAGEFLAG(Name, name) __PAGEFLAG(Name, name, compound_head(page))

HEAD_PAGEFLAG(Locked, locked)
HEAD_PAGEFLAG(Referenced, referenced)
HEAD_PAGEFLAG(Uptodate, uptodate)
HEAD_PAGEFLAG(Dirty, dirty)
HEAD_PAGEFLAG(LRU, lru)
HEAD_PAGEFLAG(Active, active)
HEAD_PAGEFLAG(Slab, slab)
PAGEFLAG(Reserved, reserved)
PAGEFLAG(Private, private)
HEAD_PAGEFLAG(Writeback, writeback)
PAGEFLAG(Head, head)
HEAD_PAGEFLAG(SwapBacked, swapbacked)
HEAD_PAGEFLAG(Unevictable, unevictable)

#undef HEAD_PAGEFLAG
#undef PAGEFLAG
#undef __PAGEFLAG

static inline int PageCompound(struct page const* page)
{
    return PageHead(page) || PageTail(page);
}

#define PAGE_TYPE_BASE 0xf0000000u
#define PG_buddy 0x80u
#define PG_offline 0x100u
#define PG_table 0x200u
#define PG_guard 0x400u

static inline int PageBuddy(struct page const* page)
{
    return (page->page_type & (PAGE_TYPE_BASE | PG_buddy)) == PAGE_TYPE_BASE;
}
