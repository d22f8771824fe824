// The functions of SLAB's table that are spread over its files.
#pragma once

#include "guestkernel/mm/slab/slab_array.hpp"

namespace pagelab::mm {

void* slab_array_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller);
void slab_array_free(kmem_cache& s, void* object, uintptr_t caller);
void* slab_array_kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller);
void slab_array_kfree(slab_caches& caches, void* object, uintptr_t caller);
// When the CPU's array will not do, or there is more to do; and for debugged caches. Not local to
// their files, so that their arguments stay in registers and the functions above end in a jump.
[[gnu::noinline]] void* slab_array_alloc_rare(kmem_cache& s, gfp_t gfp, uintptr_t caller);
[[gnu::noinline]] void slab_array_free_rare(kmem_cache& s, void* object, uintptr_t caller);

slabinfo slab_array_slabinfo(kmem_cache const& s);
void slab_array_stats(lib::seq_file& m, kmem_cache const& s);
slab_damage slab_array_check(kmem_cache const& s);

} // namespace pagelab::mm
