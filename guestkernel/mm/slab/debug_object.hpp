// What debugging writes into slabs, and how it finds that someone else wrote there.
//
//   SLAB_POISON     free object: 6b ... 6b a5; padding, and an object never used yet: 5a
//   SLAB_RED_ZONE   left and right of the object: cc while it is in use, bb while it is free
//
// A check that fails has reported, and repaired what was overwritten.
// Source: Linux 6.1 mm/slub.c: init_object, check_object, check_slab, slab_pad_check, on_freelist.
#pragma once

#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

// A new slab, before its objects; then each object, before its constructor. No debugging: nothing.
void setup_slab_debug(kmem_cache& s, slab& sl);
void setup_object_debug(kmem_cache& s, char* object);

// Writes the patterns of an object in use (SLUB_RED_ACTIVE) or free (SLUB_RED_INACTIVE).
void init_object(kmem_cache& s, void* object, unsigned char red);

// Whether the object bears the patterns of this state.
bool check_object(kmem_cache& s, slab& sl, void* object, unsigned char red);
// Whether the slab's counts make sense and its end is untouched.
bool check_slab(kmem_cache& s, slab& sl);
// Whether the object is on the slab's free list; repairs a broken list. With null: whether it was
// the list that was broken.
bool on_freelist(kmem_cache& s, slab& sl, void const* object);

// What a slab is checked for before its pages go; SLAB_CONSISTENCY_CHECKS only.
void check_slab_on_free(kmem_cache& s, slab& sl);

} // namespace pagelab::mm
