// The functions of SLAB's table that are spread over its files.
#pragma once

#include "guestkernel/mm/slab/slab_array.hpp"

namespace pagelab::mm {

void* slab_array_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller);
void slab_array_free(kmem_cache& s, void* object, uintptr_t caller);
slabinfo slab_array_slabinfo(kmem_cache const& s);
void slab_array_stats(lib::seq_file& m, kmem_cache const& s);
slab_damage slab_array_check(kmem_cache const& s);

} // namespace pagelab::mm
