// The lists pages of the page cache wait on until they are used again or taken away.
//
//   new page --> inactive list --(used twice)--> active list
//                    |    ^----(too few inactive)----|
//                    v from the tail
//                 reclaimed
//
// lru_lock guards the lists, and with them the whole page cache: trees, mappings and flags of
// cached pages (Linux' address spaces have locks of their own). The functions below want it held.
//
// A page on a list has PG_lru, on the active one PG_active, and PG_referenced once it was used.
// Lists are the node's; the node and the page's zone count them. Anonymous pages do not exist here
// yet: their lists stay empty.
// Source: Linux 6.1 include/linux/mm_inline.h, mm/swap.c (mark_page_accessed).
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// The counters of a list's pages: in pglist_data::vm_stat, in zone::vm_stat.
constexpr unsigned node_counter(unsigned lru)
{
    return NR_LRU_BASE + lru;
}
constexpr unsigned zone_counter(unsigned lru)
{
    return NR_ZONE_LRU_BASE + lru;
}

lru_list page_lru(page const& p); // the list its flags say it belongs to

// On the list its flags say, at the head or at the tail; off it.
void lruvec_add(pglist_data& pgdat, page& p);
void lruvec_add_tail(pglist_data& pgdat, page& p);
void lruvec_del(pglist_data& pgdat, page& p);

// A user looked at the page: inactive -> inactive, referenced -> active -> active, referenced.
void mark_page_accessed(pglist_data& pgdat, page& p);

// The page goes from the active to the inactive list.
void deactivate_page(pglist_data& pgdat, page& p);

} // namespace pagelab::mm
