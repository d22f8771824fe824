// Verifies every invariant of the buddy lists and returns the first damage found, as data.
//
//   links       each link's neighbours point back; a list ends
//   blocks      a listed page is a buddy page of this order, aligned to it, in this zone, unused
//               and not reserved; the pages behind it in the block are no buddy pages
//   merging     no block's buddy of the same order is free too (isolated pageblocks apart)
//   counts      nr_free is the lists' length, NR_FREE_PAGES their sum, and no buddy page exists
//               outside the lists
//   CPUs        a block on a CPU's list is in no buddy list, unused and in one piece; `count` is
//               the lists' sum (check_pcp.cpp)
//   page cache  each page on an LRU list is where its flags, its file's tree and the counters say
//               (check_lru.cpp)
//
// Time is linear in the pages of the zone. Safe on damaged structures as long as the pages that
// exist are readable: every address is checked before it is followed, but a cached page's mapping.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct damage {
    char const* what = nullptr; // null: none
    unsigned zone = 0;
    unsigned order = 0;
    Pfn pfn; // of the block concerned, where there is one

    explicit operator bool() const { return what != nullptr; }
};

damage check_zone(pglist_data const& pgdat, unsigned idx);
damage check_pcp(pglist_data const& pgdat, unsigned idx); // of one zone: all CPUs
damage check_lru(pglist_data const& pgdat);
damage check(pglist_data const& pgdat); // all of these

} // namespace pagelab::mm
