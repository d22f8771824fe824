// kmalloc: memory of any size, from a table of caches up to 8 KiB and as whole pages above.
//
//   sizes   8 16 32 64 96 128 192 256 512 1k 2k 4k 8k, each as kmalloc-N, kmalloc-rcl-N
//           (__GFP_RECLAIMABLE) and dma-kmalloc-N (__GFP_DMA)
//
// Powers of two are aligned to their size, everything to ARCH_KMALLOC_MINALIGN. Null: no memory,
// more than KMALLOC_MAX_SIZE, or __GFP_HIGHMEM, which is reported and refused: such memory has no
// address. 0 bytes are ZERO_SIZE_PTR, which can be freed but not touched.
//
// Source: Linux 6.1 include/linux/slab.h, mm/slab_common.c.
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

inline void* const ZERO_SIZE_PTR = reinterpret_cast<void*>(16);

inline bool zero_or_null(void const* object)
{
    return reinterpret_cast<uintptr_t>(object) <= 16;
}

inline void* kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller = 0)
{
    return caches.ops->kmalloc(caches, size, gfp, caller);
}

// Null is ignored.
inline void kfree(slab_caches& caches, void const* object, uintptr_t caller = 0)
{
    if (!zero_or_null(object))
        caches.ops->kfree(caches, const_cast<void*>(object), caller);
}

// Bytes that may be used, at least those asked for; 0 for null.
inline size_t ksize(slab_caches const& caches, void const* object)
{
    return zero_or_null(object) ? 0 : caches.ops->usable_size(caches, object);
}

// n * size bytes, or null if that is no size_t.
inline void* kmalloc_array(slab_caches& caches, size_t n, size_t size, gfp_t gfp,
                           uintptr_t caller = 0)
{
    size_t bytes = 0;
    bool const overflows = __builtin_mul_overflow(n, size, &bytes);
    return overflows ? nullptr : kmalloc(caches, bytes, gfp, caller);
}

// The object, moved if it must grow; its bytes up to the smaller size stay. Null: no memory, and
// the old object is as before. new_size 0 frees it.
void* krealloc(slab_caches& caches, void* object, size_t new_size, gfp_t gfp, uintptr_t caller = 0);

// kvmalloc asks kmalloc with these flags first, and vmalloc if that fails and the size allows.
gfp_t kvmalloc_gfp(size_t size, gfp_t gfp);
inline bool kvmalloc_may_use_vmalloc(size_t size)
{
    return size > kPageSize && size <= 0x7fff'ffff;
}

// Index into the table of caches for sizes up to 192, in steps of 8; 1 is 96 bytes, 2 is 192.
inline constexpr unsigned char kSizeIndex[24] = {3, 4, 5, 5, 6, 6, 6, 6, 1, 1, 1, 1,
                                                 7, 7, 7, 7, 2, 2, 2, 2, 2, 2, 2, 2};

// Of sizes from 1 to KMALLOC_MAX_CACHE_SIZE.
constexpr unsigned kmalloc_index(size_t size)
{
    auto const last = static_cast<unsigned>(size) - 1;
    return size <= 192 ? unsigned{kSizeIndex[last / 8]}
                       : 32 - static_cast<unsigned>(__builtin_clz(last));
}

inline constexpr gfp_t kKmallocNotNormal = __GFP_DMA | __GFP_RECLAIMABLE;

constexpr kmalloc_cache_type kmalloc_type(gfp_t gfp)
{
    if ((gfp & kKmallocNotNormal) == 0)
        return KMALLOC_NORMAL;
    return gfp & __GFP_DMA ? KMALLOC_DMA : KMALLOC_RECLAIM;
}

// The cache for a size from 1 to KMALLOC_MAX_CACHE_SIZE; null while they are being created.
inline kmem_cache* kmalloc_slab(slab_caches const& caches, size_t size, gfp_t gfp)
{
    return caches.kmalloc_caches[kmalloc_type(gfp)][kmalloc_index(size)];
}

inline constexpr gfp_t kKmallocRefused = __GFP_HIGHMEM;
void* refuse_gfp(slab_caches& caches, gfp_t gfp); // reports it; null

Result<> create_kmalloc_caches(slab_caches& caches);

// For slab_operations, of allocators that use the table of caches.
void* kmalloc_from_caches(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller);
void kfree_to_caches(slab_caches& caches, void* object, uintptr_t caller);
size_t ksize_of_caches(slab_caches const& caches, void const* object);

// Whole pages, for any allocator: what is larger than its caches' objects.
void* __kmalloc_large_node(slab_caches& caches, size_t size, gfp_t gfp);
void free_large_kmalloc(slab_caches& caches, void* object);
size_t ksize_large(slab_caches const& caches, void const* object);

} // namespace pagelab::mm
