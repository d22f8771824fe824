// Shrinkers: caches outside the page cache that can give memory back when asked.
//
// Each is asked how many objects it could free and is then told to free some, in batches. How many
// follows from how hard reclaim tries (`priority`, 12 easy to 0 desperate) and how dear the objects
// are to make again (`seeks`); what a call may not or cannot free is put off to a later one.
// Source: Linux 6.1 include/linux/shrinker.h, mm/vmscan.c (do_shrink_slab).
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct shrink_control {
    gfp_t gfp_mask;
    unsigned long nr_to_scan; // objects to look at
    unsigned long nr_scanned; // of which so many were; scan_objects may change it
};

inline constexpr unsigned long SHRINK_STOP = ~0ul;      // nothing can be freed now
inline constexpr unsigned long SHRINK_EMPTY = ~0ul - 1; // count_objects: there are no objects
inline constexpr int DEFAULT_SEEKS = 2;
inline constexpr long SHRINK_BATCH = 128;

// Belongs to its cache, which registers it; both functions get it as their first argument.
struct shrinker {
    unsigned long (*count_objects)(shrinker&, shrink_control&);
    unsigned long (*scan_objects)(shrinker&, shrink_control&); // freed objects, or SHRINK_STOP
    long batch;                                                // objects per call; 0: SHRINK_BATCH
    int seeks; // 0: objects cost nothing, half of them may go
    list_head list;
    long nr_deferred;
    unsigned nr_users; // that ask it now, without the list's lock
};

void register_shrinker(pglist_data& pgdat, shrinker& s);
void unregister_shrinker(pglist_data& pgdat, shrinker& s); // waits for those who ask it

// Asks all shrinkers; returns how many objects they freed.
unsigned long shrink_slab(pglist_data& pgdat, gfp_t gfp_mask, int priority);

} // namespace pagelab::mm
