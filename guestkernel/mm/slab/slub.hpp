// SLUB: free objects are linked through themselves, and most slabs are on no list at all.
//
//   cpu_slab[cpu].freelist -> object -> object -> null      taken and given back without more ado
//   cpu_slab[cpu].slab        the slab they lie in
//   cpu_slab[cpu].partial  -> slab -> slab -> null          frozen: the CPU's, with free objects
//   node[0]->partial      <-> slab <-> slab <->             anyone's, with free objects
//   (nowhere)                                               full
//
// The CPU's slab counts as fully taken (inuse == objects); what other CPUs give back to it goes to
// slab.freelist and is found when the CPU's own list is empty. A full slab that gets an object
// back goes to the CPU's partial list; when that is longer than cpu_partial_slabs, all of it goes
// to the node. The node keeps min_partial empty slabs and gives further ones back.
//
// Only a CPU itself touches its kmem_cache_cpu: the fast paths by sequences that begin again when
// interrupted (lib/percpu_list.hpp), the others with interrupts off. All that slabs say of
// themselves, and the node's lists, are under the node's list_lock (Linux changes a slab by
// cmpxchg16b, or under a lock bit of its own). No pages are taken or given back under it.
//
// A debugged cache has no CPU slabs: each operation goes through the node's lists and checks the
// object (debug_process.hpp).
//
// Source: Linux 6.1 mm/slub.c.
#pragma once

#include "guestkernel/lib/percpu_list.hpp"
#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

extern slab_operations const slub_operations;

// Orders SLUB uses at its own will, up to PAGE_ALLOC_COSTLY_ORDER.
inline constexpr unsigned kSlubMinOrder = 0;
inline constexpr unsigned kSlubMaxOrder = 3;

static_assert(offsetof(kmem_cache_cpu, freelist) == offsetof(lib::percpu_list_head, first));
static_assert(offsetof(kmem_cache_cpu, slab) == offsetof(lib::percpu_list_head, owner));

inline constexpr lib::percpu_list_layout kCpuSlabs = {
    offsetof(kmem_cache, cpu_slab), sizeof(kmem_cache_cpu), offsetof(kmem_cache, offset)};

// With interrupts off.
inline kmem_cache_cpu& this_cpu_slab(kmem_cache& s)
{
    return s.cpu_slab[lib::smp_processor_id()];
}

inline bool kmem_cache_has_cpu_partial(kmem_cache const& s)
{
    return !kmem_cache_debug(s);
}

// The free pointer may lie in bytes that the object's user writes as other types.
using free_pointer [[gnu::may_alias]] = void*;

inline void* get_freepointer(kmem_cache const& s, void const* object)
{
    return *reinterpret_cast<free_pointer const*>(static_cast<char const*>(object) + s.offset);
}

inline void set_freepointer(kmem_cache const& s, void* object, void* next)
{
    *reinterpret_cast<free_pointer*>(static_cast<char*>(object) + s.offset) = next;
}

// Object number `index` of a slab.
inline char* slab_object(kmem_cache const& s, slab const& sl, unsigned index)
{
    return slab_address(s.caches->env, sl) + s.red_left_pad + index * size_t{s.size};
}

// Whether the address is null or begins an object of the slab.
bool check_valid_pointer(kmem_cache const& s, slab const& sl, void const* object);

// slub_size.cpp: size, inuse, offset, red_left_pad, oo, min, allocflags; an error if no slab can
// hold an object.
Result<> calculate_sizes(kmem_cache& s);
void set_partial_limits(kmem_cache& s);                     // min_partial, cpu_partial
void slub_set_cpu_partial(kmem_cache& s, unsigned objects); // 0: CPUs keep no partial slabs

// Whether a CPU's partial list that is full goes to the node.
enum class draining { allowed, never };

// slub_alloc.cpp, slub_free.cpp
void* slub_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller);
void slub_free(kmem_cache& s, void* object, uintptr_t caller);
void* slub_kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller);
void slub_kfree(slab_caches& caches, void* object, uintptr_t caller);
void flush_cpu_slabs(kmem_cache& s); // of all CPUs, to the node

// Under list_lock; both return slabs to discard, linked by `next`: what has become superfluous.
[[nodiscard]] slab* put_cpu_partial(kmem_cache& s, slab& sl, draining drain);
[[nodiscard]] slab* deactivate_slab(kmem_cache& s, kmem_cache_cpu& c); // it goes to the node

// slub_check.cpp
slab_damage slub_check(kmem_cache const& s);

} // namespace pagelab::mm
