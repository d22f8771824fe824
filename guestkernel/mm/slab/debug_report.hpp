// SLUB's reports of damage, as Linux prints them.
//
// Each begins with "BUG cache (taint): what", says where and who, and dumps the object; a repair
// is told as "FIX cache: what". Addresses are not hashed. Text: Linux 6.1 mm/slub.c.
#pragma once

#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

// An object is damaged; with the whole trailer, or without if `object` is no object.
void object_err(kmem_cache& s, slab& sl, void* object, char const* reason);
// The slab is damaged.
[[gnu::format(printf, 3, 4)]] void slab_err(kmem_cache& s, slab& sl, char const* format, ...);
[[gnu::format(printf, 2, 3)]] void slab_fix(kmem_cache const& s, char const* format, ...);

// The bytes [first, last] of `object` should all be `value`.
void report_overwritten(kmem_cache& s, slab& sl, void* object, char const* what,
                        unsigned char const* first, unsigned char const* last, unsigned char value);

// Lines of 16 bytes: "Object   ffff...: 00 01 ..  ..".
void print_section(kmem_cache const& s, char const* text, void const* from, unsigned length);

// kmem_cache_free got an object of another cache.
void report_wrong_cache(kmem_cache& s, slab& sl, void* object);
// kmem_cache_destroy found objects in this slab.
void report_objects_remaining(kmem_cache& s, slab& sl);
// No pages for a slab; silent with __GFP_NOWARN.
void report_out_of_memory(kmem_cache& s, gfp_t gfp);
// Flags that a slab's pages cannot have: they are left out.
void report_bad_gfp(slab_env const& env, gfp_t gfp, gfp_t bad);

} // namespace pagelab::mm
