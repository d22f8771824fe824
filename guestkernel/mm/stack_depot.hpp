// Call stacks, equal ones kept once, under a number.
//
// Source: Linux 6.1 lib/stackdepot.c.
#pragma once

#include <stdint.h>

#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::mm {

inline constexpr unsigned kStackDepotBuckets = 256;
inline constexpr unsigned kStackDepotFrames = 16; // of one stack, at most

// The owner provides zeroed memory; when it is full, new stacks are not kept.
struct stack_depot {
    uintptr_t* words;
    unsigned capacity; // words
    unsigned used;     // words
    unsigned buckets[kStackDepotBuckets];
    lib::spinlock_t lock; // taken to add a stack, and to look whether it is there
};

struct stack_entries {
    uintptr_t const* entries;
    unsigned nr_entries;
};

unsigned stack_depot_save(stack_depot& depot, uintptr_t const* entries, unsigned nr_entries);
stack_entries stack_depot_fetch(stack_depot const& depot, unsigned handle);

} // namespace pagelab::mm
