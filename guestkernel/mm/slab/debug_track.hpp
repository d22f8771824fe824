// Who allocated and who freed an object last: SLAB_STORE_USER.
//
// Two tracks lie behind each object's free pointer. Stacks are kept in a depot (stack_depot.hpp).
// Source: Linux 6.1 mm/slub.c (struct track).
#pragma once

#include "guestkernel/mm/slab/slub.hpp"
#include "guestkernel/mm/stack_depot.hpp"

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

inline constexpr unsigned kTrackedFrames = kStackDepotFrames;

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
