// Taking and freeing objects of a debugged cache: always by the node's lists, always checked.
//
// Source: Linux 6.1 mm/slub.c: alloc_single_from_partial, alloc_single_from_new_slab,
// alloc_debug_processing, free_debug_processing, validate_slab.
#pragma once

#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

// An object with its patterns and track set, or null.
void* alloc_debugged(kmem_cache& s, gfp_t gfp, uintptr_t caller);

// Frees the object, unless a check fails: then it has been reported and stays in use.
void free_debugged(kmem_cache& s, slab& sl, void* object, uintptr_t caller);

// Checks all slabs and objects of a debugged cache, reporting as the checks do. Returns the number
// of slabs looked at.
unsigned long validate_slab_cache(kmem_cache& s);

} // namespace pagelab::mm
