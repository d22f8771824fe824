// struct kmem_cache: one kind of object, and where its slabs are.
//
// Fields are named as in Linux 6.1 include/linux/slub_def.h and slab_def.h; those common to all
// allocators come first. Its memory ends after the element of the last CPU, so a kmem_cache is
// never copied or assigned as a whole. Sizes are in bytes.
#pragma once

#include "guestkernel/mm/gfp.hpp"
#include "guestkernel/mm/slab/slab_env.hpp"
#include "guestkernel/mm/slab/slab_flags.hpp"
#include "guestkernel/mm/slab/slab_page.hpp"

namespace pagelab::mm {

struct slab_caches;
struct slab_operations;
struct array_cache;           // SLAB: slab_array.hpp
struct kmem_cache_node_array; // SLAB: slab_array.hpp

// SLUB's order of a slab and how many objects it holds, in one word.
struct kmem_cache_order_objects {
    unsigned x;
};
inline constexpr unsigned OO_SHIFT = 16;
constexpr unsigned oo_order(kmem_cache_order_objects oo)
{
    return oo.x >> OO_SHIFT;
}
constexpr unsigned oo_objects(kmem_cache_order_objects oo)
{
    return oo.x & ((1u << OO_SHIFT) - 1);
}

// SLUB, per CPU: the slab it allocates from, whose free objects are all on `freelist`, and frozen
// slabs that have some.
struct kmem_cache_cpu {
    void* freelist;
    struct slab* slab;
    struct slab* partial;
};

// SLUB, per node: slabs that no CPU owns. Full ones are on a list only when debugged.
// list_lock also guards what every slab of the cache says of itself.
struct kmem_cache_node {
    lib::spinlock_t list_lock;
    unsigned long nr_partial;
    list_head partial;
    unsigned long nr_slabs;      // all, wherever they are; atomic
    unsigned long total_objects; // in all of them; atomic
    list_head full;
};

// SLAB's part of a cache.
struct kmem_cache_array {
    unsigned batchcount;
    unsigned limit;
    unsigned shared;
    unsigned num;      // objects per slab
    unsigned gfporder; // of a slab
    unsigned colour;   // how many colours there are
    unsigned colour_off;
    unsigned freelist_size;
    kmem_cache* freelist_cache; // where off-slab lists come from; null: on the slab
    kmem_cache_node_array* node;
    int obj_offset; // debugging: from the slot's begin to the object
};

struct kmem_cache {
    // common
    slab_operations const* ops;
    slab_caches* caches;
    slab_flags_t flags;
    unsigned size;        // of a slot, metadata included
    unsigned object_size; // what was asked for
    unsigned align;
    unsigned inuse; // to where metadata begins
    unsigned useroffset;
    unsigned usersize;
    int refcount; // users of a merged cache; negative: never merge
    gfp_t allocflags;
    void (*ctor)(void*);
    char const* name; // owned, once the caches can allocate
    list_head list;   // slab_caches::list

    // SLUB
    unsigned long min_partial; // empty slabs the node keeps
    unsigned offset;           // of the free pointer in a free object
    unsigned red_left_pad;
    unsigned cpu_partial;
    unsigned cpu_partial_slabs; // a CPU keeps so many
    kmem_cache_order_objects oo;
    kmem_cache_order_objects min; // the smallest slab that holds an object
    kmem_cache_node* node[1];

    // SLAB
    kmem_cache_array array;

    // one for each CPU
    union {
        kmem_cache_cpu cpu_slab[kMaxSlabCpus];
        array_cache* cpu_cache[kMaxSlabCpus]; // SLAB
    };
};

inline bool kmem_cache_debug_flags(kmem_cache const& s, slab_flags_t flags)
{
    return (s.flags & flags) != 0;
}

inline bool kmem_cache_debug(kmem_cache const& s)
{
    return kmem_cache_debug_flags(s, SLAB_DEBUG_FLAGS);
}

} // namespace pagelab::mm
