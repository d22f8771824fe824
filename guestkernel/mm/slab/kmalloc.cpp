// Which cache serves a size, and the operations built on kmalloc and kfree.
#include "guestkernel/mm/slab/kmalloc.hpp"

#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"

namespace pagelab::mm {

namespace {

struct size_class {
    unsigned size;
    unsigned index;
    char const* names[NR_KMALLOC_TYPES];
};

#define SIZE_CLASS(size, index, text)                                                              \
    {                                                                                              \
        size, index,                                                                               \
        {                                                                                          \
            "kmalloc-" text, "kmalloc-rcl-" text, "dma-kmalloc-" text                              \
        }                                                                                          \
    }

// In order of creation.
constexpr size_class kSizeClasses[] = {
    SIZE_CLASS(8, 3, "8"),      SIZE_CLASS(16, 4, "16"),    SIZE_CLASS(32, 5, "32"),
    SIZE_CLASS(64, 6, "64"),    SIZE_CLASS(96, 1, "96"),    SIZE_CLASS(128, 7, "128"),
    SIZE_CLASS(192, 2, "192"),  SIZE_CLASS(256, 8, "256"),  SIZE_CLASS(512, 9, "512"),
    SIZE_CLASS(1024, 10, "1k"), SIZE_CLASS(2048, 11, "2k"), SIZE_CLASS(4096, 12, "4k"),
    SIZE_CLASS(8192, 13, "8k"),
};
#undef SIZE_CLASS

constexpr slab_flags_t kTypeFlags[NR_KMALLOC_TYPES] = {0, SLAB_RECLAIM_ACCOUNT, SLAB_CACHE_DMA};

} // namespace

void* refuse_gfp(slab_caches& caches, gfp_t gfp)
{
    report_bad_gfp(caches.env, gfp, gfp & kKmallocRefused);
    return nullptr;
}

Result<> create_kmalloc_caches(slab_caches& caches)
{
    for (unsigned type = 0; type < NR_KMALLOC_TYPES; type++) {
        for (size_class const& c : kSizeClasses) {
            void* const memory = kmem_cache_alloc(caches.boot_kmem_cache, GFP_NOWAIT);
            if (memory == nullptr)
                return lib::Error{"no memory for the kmalloc caches"};
            auto* const s = static_cast<kmem_cache*>(memory);
            TRY(create_boot_cache(caches, *s, c.names[type], c.size,
                                  kTypeFlags[type] | SLAB_KMALLOC));
            caches.kmalloc_caches[type][c.index] = s;
        }
    }
    return {};
}

void* kmalloc_from_caches(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller)
{
    if (gfp & kKmallocRefused) [[unlikely]]
        return refuse_gfp(caches, gfp);
    if (size > KMALLOC_MAX_CACHE_SIZE)
        return __kmalloc_large_node(caches, size, gfp);
    if (size == 0)
        return ZERO_SIZE_PTR;
    kmem_cache* const s = kmalloc_slab(caches, size, gfp);
    return s == nullptr ? nullptr : s->ops->alloc(*s, gfp, caller);
}

void kfree_to_caches(slab_caches& caches, void* object, uintptr_t caller)
{
    slab* const sl = virt_to_slab(caches.env, object);
    if (sl == nullptr) {
        free_large_kmalloc(caches, object);
        return;
    }
    kmem_cache& s = *sl->slab_cache;
    s.ops->free(s, object, caller);
}

size_t ksize_of_caches(slab_caches const& caches, void const* object)
{
    slab const* const sl = virt_to_slab(caches.env, object);
    if (sl == nullptr)
        return ksize_large(caches, object);
    kmem_cache const& s = *sl->slab_cache;
    return s.ops->ksize(s, object);
}

void* krealloc(slab_caches& caches, void* object, size_t new_size, gfp_t gfp, uintptr_t caller)
{
    if (new_size == 0) {
        kfree(caches, object, caller);
        return ZERO_SIZE_PTR;
    }
    size_t const old_size = ksize(caches, object);
    if (old_size >= new_size)
        return object;
    void* const moved = kmalloc(caches, new_size, gfp, caller);
    if (moved != nullptr && old_size > 0) {
        memcpy(moved, object, old_size);
        kfree(caches, object, caller);
    }
    return moved;
}

gfp_t kvmalloc_gfp(size_t size, gfp_t gfp)
{
    if (size <= kPageSize)
        return gfp;
    if ((gfp & __GFP_RETRY_MAYFAIL) == 0)
        gfp |= __GFP_NORETRY;
    return (gfp | __GFP_NOWARN) & ~__GFP_NOFAIL;
}

} // namespace pagelab::mm
