// Who allocated and who freed an object last: SLAB_STORE_USER.
//
// Two tracks lie behind each object's free pointer. Stacks are kept in a depot, equal ones once,
// under a number.
// Source: Linux 6.1 mm/slub.c (struct track), lib/stackdepot.c.
#pragma once

#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

struct track {
    uintptr_t addr;  // who called the allocator; 0: nobody yet
    unsigned handle; // of the stack; 0: none
    int cpu;
    int pid;
    unsigned long when; // jiffies
};
static_assert(sizeof(track) == (sizeof(long) == 8 ? 32 : 20));

enum track_item : unsigned { TRACK_ALLOC, TRACK_FREE };

inline constexpr unsigned kTrackedFrames = 16;

// The owner provides zeroed memory; when it is full, new stacks are not kept.
struct stack_depot {
    uintptr_t* words;
    unsigned capacity; // words
    unsigned used;     // words
    unsigned buckets[64];
};

struct stack_entries {
    uintptr_t const* entries;
    unsigned nr_entries;
};

unsigned stack_depot_save(stack_depot& depot, uintptr_t const* entries, unsigned nr_entries);
stack_entries stack_depot_fetch(stack_depot const& depot, unsigned handle);

// Whether an object also has room for the size that was asked of kmalloc.
inline bool slub_debug_orig_size(kmem_cache const& s)
{
    return (s.flags & SLAB_STORE_USER) != 0 && (s.flags & SLAB_KMALLOC) != 0;
}

inline bool freeptr_outside_object(kmem_cache const& s)
{
    return s.offset >= s.inuse;
}

// Offset where the object's and its free pointer's bytes end.
inline unsigned get_info_end(kmem_cache const& s)
{
    return freeptr_outside_object(s) ? s.inuse + unsigned{sizeof(void*)} : s.inuse;
}

inline track& get_track(kmem_cache const& s, void* object, track_item item)
{
    return reinterpret_cast<track*>(static_cast<char*>(object) + get_info_end(s))[item];
}

// These do nothing for caches without SLAB_STORE_USER.
void set_track(kmem_cache& s, void* object, track_item item, uintptr_t caller);
void init_tracking(kmem_cache& s, void* object);
void print_tracking(kmem_cache const& s, void* object);

} // namespace pagelab::mm
