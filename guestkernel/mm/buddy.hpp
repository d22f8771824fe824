// The binary buddy system of one zone: blocks of 2^order pages, aligned to their size.
//
// Two blocks of one order that together form an aligned block of the next are buddies: their page
// numbers differ in the bit `order`. Freeing merges a block with its free buddy, and the result
// with its buddy, as far as it goes. Taking splits the smallest block that is large enough, and
// the upper halves go back to the lists.
//
// All of this is under zone->lock: only free_one_page takes it, the other functions want it held.
// Each order has a list per migrate type. A block may lie on the list of another type than its
// pageblock's (fallback.cpp). Callers keep NR_FREE_PAGES right by using free_one_page and rmqueue.
// Source: Linux 6.1 mm/page_alloc.c: __free_one_page, __rmqueue_smallest, expand.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

enum class fallback_policy {
    kAllowed,
    kWholeBlocks, // take from another type only where a whole pageblock comes along
};

// Where on its list a freed block goes: to the tail when its merged block may soon merge again
// (kByNeighbour decides), so that it is taken late; at boot always.
enum class free_place { kByNeighbour, kTail };

constexpr bool migratetype_is_mergeable(migratetype type)
{
    return type < MIGRATE_PCPTYPES;
}

inline unsigned long pfn_of(zone const& z, page const& p)
{
    return static_cast<unsigned long>(&p - z.zone_pgdat->node_mem_map);
}

// The free block's link off or onto the list of its order; nr_free follows. add_to_free_list makes
// the page a buddy page.
void del_page_from_free_list(zone& z, page& p, unsigned order);
void add_to_free_list(zone& z, page& p, unsigned order, migratetype type);
void move_to_free_list(zone& z, page& p, unsigned order, migratetype type); // to the list's tail

page* get_page_from_free_area(struct free_area& area, migratetype type); // null: list is empty

// Frees 2^order pages to the list of their pageblock's type, merging. The first wants the lock.
void __free_one_page(zone& z, page& p, unsigned order, free_place place);
void free_one_page(zone& z, page& p, unsigned order, free_place place);

// A block from this type's own lists, split as needed; null if they have none. The page's index
// says the type. Does not count.
page* rmqueue_smallest(zone& z, unsigned order, migratetype type);

// The same, then from other types' lists (HighAtomic: its own only). Counts NR_FREE_PAGES down.
// Blocks with a bad page are set aside for ever (page_prep.hpp).
page* rmqueue(zone& z, unsigned order, migratetype type, fallback_policy policy);

} // namespace pagelab::mm
