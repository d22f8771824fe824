// SLAB: each CPU keeps an array of free objects; a slab keeps an array of its free objects'
// numbers.
//
//   cpu_cache[cpu] -> avail limit batchcount touched | object object ...   last in, first out
//   node->shared   -> the same, for all CPUs; arrays run over into it and are filled from it
//   node->slabs_partial, slabs_full, slabs_free <-> slab <-> slab <->
//
//   slab   | colour | object 0 | object 1 | ... | object num - 1 |  freelist  |
//                                                               number of ... one byte each
//          freelist[active .. num - 1] are the free objects' numbers; the next one out is first
//
// Objects in an array are taken as far as their slab is concerned. An array that is empty gets
// batchcount objects at once, one that is full gives as many back, oldest first. Colours shift the
// objects of successive slabs by a cache line each, so that not all of them share the same lines.
//
// The free list is in a free object (CFLGS_OBJFREELIST_SLAB: the object taken last), in an object
// of another cache (CFLGS_OFF_SLAB) or behind the slab's objects, whichever comes first of those
// possible. When debugging is on, an object is surrounded by metadata: a slot. Arrays, indices and
// functions that say "slot" mean its begin, elsewhere the object begins there.
//
// An array is its CPU's, which uses it with interrupts off. The node's list_lock guards its lists
// and shared array, and what slabs say of themselves; no pages are taken or given back under it.
//
// Unlike Linux' a CPU's array is made when it first runs empty, once kmalloc works: up to then, and
// when there is no memory for it, objects come from the slabs one by one.
//
// Source: Linux 6.1 mm/slab.c, include/linux/slab_def.h.
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

// SLAB as Linux configures it, and with CONFIG_DEBUG_SLAB: every cache is debugged, and slabinfo
// has statistics. The second is also the table of a single debugged cache.
extern slab_operations const slab_array_operations;
extern slab_operations const slab_array_debug_operations;

inline constexpr slab_flags_t CFLGS_OBJFREELIST_SLAB = 0x4000'0000;
inline constexpr slab_flags_t CFLGS_OFF_SLAB = 0x8000'0000;

using freelist_idx_t = uint8_t;
inline constexpr unsigned SLAB_OBJ_MAX_NUM = 255;
inline constexpr unsigned SLAB_OBJ_MIN_SIZE = 16; // so that 255 are enough for a page
inline constexpr unsigned BATCHREFILL_LIMIT = 16; // objects at once, for an array of little use

// How often a CPU's array and a node are looked through by cache_reap; jiffies.
inline constexpr unsigned REAPTIMEOUT_AC = 2 * HZ;
inline constexpr unsigned REAPTIMEOUT_NODE = 4 * HZ;

struct array_cache {
    unsigned avail;      // objects in it
    unsigned limit;      // and at most
    unsigned batchcount; // to move at once
    unsigned touched;    // used since it was last reaped
};

inline void** array_entries(array_cache& ac)
{
    return reinterpret_cast<void**>(&ac + 1);
}
inline void* const* array_entries(array_cache const& ac)
{
    return reinterpret_cast<void* const*>(&ac + 1);
}

// The columns of slabinfo's globalstat and cpustat; the latter are of debugged caches only.
struct array_stats {
    unsigned long num_allocations; // objects that left their slab
    unsigned long num_active;
    unsigned long high_mark; // of num_active
    unsigned long grown;     // slabs
    unsigned long reaped;    // slabs
    unsigned long max_freeable;
    unsigned long allochit; // the CPU's array had one
    unsigned long allocmiss;
    unsigned long freehit; // the CPU's array had room
    unsigned long freemiss;
};

enum class array_making { idle, busy };

struct kmem_cache_node_array {
    lib::spinlock_t list_lock;
    list_head slabs_partial;
    list_head slabs_full;
    list_head slabs_free;
    unsigned long total_slabs;
    unsigned long free_slabs;
    unsigned long free_objects; // in slabs
    unsigned free_limit;        // of them; above it free slabs are given back
    unsigned colour_next;
    array_cache* shared; // null: none
    uint64_t next_reap;  // jiffies
    bool free_touched;   // slabs_free was looked at since the last reaping
    // pagelab's own
    array_making making; // busy: making an array asks this very cache for memory
    array_cache none;    // what a CPU without an array has: no object, no room
    array_stats stats;
};

// With interrupts off.
inline array_cache& cpu_cache_get(kmem_cache const& s)
{
    return *s.cpu_cache[lib::smp_processor_id()];
}

inline slab& slab_of_link(list_head* link)
{
    return page_slab(*CONTAINER_OF(link, page, lru));
}

inline bool is_off_slab(kmem_cache const& s)
{
    return (s.flags & CFLGS_OFF_SLAB) != 0;
}
inline bool is_objfreelist_slab(kmem_cache const& s)
{
    return (s.flags & CFLGS_OBJFREELIST_SLAB) != 0;
}

inline char* index_to_slot(kmem_cache const& s, slab const& sl, unsigned index)
{
    return static_cast<char*>(sl.s_mem) + index * size_t{s.size};
}
inline unsigned slot_to_index(kmem_cache const& s, slab const& sl, void const* slot)
{
    auto const offset =
        static_cast<uint32_t>(static_cast<char const*>(slot) - static_cast<char*>(sl.s_mem));
    return offset / s.size;
}

// slab_array_size.cpp: where everything is in a slab, and how many objects an array holds.
Result<> set_slab_layout(kmem_cache& s);
void set_array_limits(kmem_cache& s);
void set_free_limit(kmem_cache& s); // follows from the other limits

// slab_array_slab.cpp: one slab. The caller keeps the lists and the counts.
slab* cache_grow(kmem_cache& s, gfp_t gfp); // all objects free; null: no memory
void slab_destroy(kmem_cache& s, slab& sl);
void* slab_get_obj(kmem_cache& s, slab& sl);
void slab_put_obj(kmem_cache& s, slab& sl, void* slot);

// slab_array_free.cpp: slots to their slabs, under list_lock; slabs beyond the node's limit come
// onto `surplus`, which slabs_destroy empties without the lock.
void free_block(kmem_cache& s, void* const* slots, unsigned nr, list_head& surplus);
void slabs_destroy(kmem_cache& s, list_head& surplus);

// slab_array_cpu.cpp: arrays as such.
void cpu_cache_make(kmem_cache& s, gfp_t gfp); // this CPU's, if it has none and there is memory
void free_cpu_caches(kmem_cache& s);           // their objects go to the slabs
void drain_cpu_caches(kmem_cache& s);
unsigned drain_freelist(kmem_cache& s, unsigned long nr_slabs); // gives so many free slabs back
unsigned long slabs_tofree(kmem_cache const& s);
// New limits of all arrays, as writing to /proc/slabinfo sets them; nothing if they make no sense.
void tune_cpucache(kmem_cache& s, unsigned limit, unsigned batchcount, unsigned shared);
// This CPU's share of giving back what no cache has needed for a while; every REAPTIMEOUT_AC.
void cache_reap(slab_caches& caches);

} // namespace pagelab::mm
