// Compound pages: a block of 2^order pages that is used, counted and freed as one.
//
//   head   PG_head; its _refcount is the block's
//   tail   compound_head = address of the head, plus 1; _refcount 0; mapping is TAIL_MAPPING
//   first tail  also compound_order, and compound_dtor: what to call when the last user goes
//
// Source: Linux 6.1 include/linux/page-flags.h (compound_head), mm/page_alloc.c
// (prep_compound_page), include/linux/mm.h (enum compound_dtor_id).
#pragma once

#include "guestkernel/mm/page.hpp"

namespace pagelab::mm {

enum compound_dtor_id : unsigned char { NULL_COMPOUND_DTOR, COMPOUND_PAGE_DTOR };

// An address that faults: the pages of a compound page are mapped by way of their head.
inline constexpr uintptr_t TAIL_MAPPING = 0x400 + lib::kPoisonPointerDelta;

constexpr bool page_head(page const& p)
{
    return page_flag(p, PG_head);
}

// Of pages in use: a free page's word belongs to a list, whose addresses are even.
constexpr bool page_tail(page const& p)
{
    return (p.compound_head & 1) != 0;
}

// The page that counts the users of this one.
inline page& compound_head(page& p)
{
    return page_tail(p) ? *reinterpret_cast<page*>(p.compound_head - 1) : p;
}

// 0 for a page that is no head.
inline unsigned compound_order(page const& p)
{
    return page_head(p) ? (&p + 1)->compound_order : 0;
}

inline unsigned long compound_nr(page const& p)
{
    return 1ul << compound_order(p);
}

inline int page_count(page& p)
{
    return compound_head(p)._refcount;
}

inline void get_page(page& p)
{
    lib::atomic_add(compound_head(p)._refcount, 1);
}

// Makes 2^order pages, just taken, one compound page (order > 0).
void prep_compound_page(page& head, unsigned order);

// The pages are single again; all their flags and links of this file are cleared.
void destroy_compound_page(page& head, unsigned order);

} // namespace pagelab::mm
