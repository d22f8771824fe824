// The slab layer as Linux names it, on the kernel's one set of caches.
//
// Options: slab_allocator=slub|slab|slob, slab_nomerge, slub_debug=... (with SLAB: all caches are
// debugged, whatever its value).
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::kernel {

// After the page allocator.
lib::Result<> slab_start(char const* command_line);

void slab_reap_start(); // slab_reap.cpp; with threads

mm::slab_caches& slab_caches();

void* kmalloc(size_t size, mm::gfp_t gfp);
void* kzalloc(size_t size, mm::gfp_t gfp);
void* kmalloc_array(size_t n, size_t size, mm::gfp_t gfp);
void* kcalloc(size_t n, size_t size, mm::gfp_t gfp);
void* krealloc(void* object, size_t new_size, mm::gfp_t gfp);
void kfree(void const* object);
size_t ksize(void const* object);

// kmalloc, or vmalloc for what kmalloc cannot give.
void* kvmalloc(size_t size, mm::gfp_t gfp);
void kvfree(void const* address);

mm::kmem_cache* kmem_cache_create(char const* name, unsigned size, unsigned align,
                                  mm::slab_flags_t flags, void (*ctor)(void*));
void* kmem_cache_alloc(mm::kmem_cache* s, mm::gfp_t gfp);
void* kmem_cache_zalloc(mm::kmem_cache* s, mm::gfp_t gfp);
void kmem_cache_free(mm::kmem_cache* s, void* object);
void kmem_cache_destroy(mm::kmem_cache* s);
int kmem_cache_shrink(mm::kmem_cache* s);

bool has_slabinfo_file(); // not with SLOB
void show_slabinfo_file(lib::seq_file& m);

} // namespace pagelab::kernel
