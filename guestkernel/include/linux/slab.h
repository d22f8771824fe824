// Caches of objects, and kmalloc. Source: Linux 6.1 include/linux/slab.h.
#pragma once

#include <linux/gfp.h>
#include <linux/overflow.h>

#define SLAB_CONSISTENCY_CHECKS ((slab_flags_t)0x100u)
#define SLAB_RED_ZONE ((slab_flags_t)0x400u)
#define SLAB_POISON ((slab_flags_t)0x800u)
#define SLAB_HWCACHE_ALIGN ((slab_flags_t)0x2000u)
#define SLAB_CACHE_DMA ((slab_flags_t)0x4000u)
#define SLAB_CACHE_DMA32 ((slab_flags_t)0x8000u)
#define SLAB_STORE_USER ((slab_flags_t)0x10000u)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x20000u)
#define SLAB_PANIC ((slab_flags_t)0x40000u)
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)0x80000u)
#define SLAB_MEM_SPREAD ((slab_flags_t)0x100000u)
#define SLAB_TRACE ((slab_flags_t)0x200000u)
#define SLAB_NOLEAKTRACE ((slab_flags_t)0x800000u)
#define SLAB_ACCOUNT ((slab_flags_t)0x4000000u)
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT

#define ZERO_SIZE_PTR ((void*)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

#define ARCH_KMALLOC_MINALIGN __alignof__(unsigned long long)
#define KMALLOC_SHIFT_LOW 3
#define KMALLOC_SHIFT_HIGH (PAGE_SHIFT + 1)
#define KMALLOC_SHIFT_MAX (MAX_ORDER + PAGE_SHIFT - 1)
#define KMALLOC_MIN_SIZE (1 << KMALLOC_SHIFT_LOW)
#define KMALLOC_MAX_SIZE (1UL << KMALLOC_SHIFT_MAX)
#define KMALLOC_MAX_CACHE_SIZE (1UL << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_ORDER (KMALLOC_SHIFT_MAX - PAGE_SHIFT)

struct kmem_cache;

__BEGIN_DECLS
struct kmem_cache* kmem_cache_create(char const* name, unsigned int size, unsigned int align,
                                     slab_flags_t flags, void (*ctor)(void*));
void kmem_cache_destroy(struct kmem_cache* cache);
int kmem_cache_shrink(struct kmem_cache* cache);
unsigned int kmem_cache_size(struct kmem_cache* cache);
void* kmem_cache_alloc(struct kmem_cache* cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache* cache, void* object);

void* __kmalloc(size_t size, gfp_t gfp) __malloc;
void* kmalloc_large(size_t size, gfp_t gfp) __malloc;
void* __must_check krealloc(void const* object, size_t size, gfp_t gfp);
void kfree(void const* object);
void kfree_sensitive(void const* object);
size_t ksize(void const* object);

void* kvmalloc_node(size_t size, gfp_t gfp, int node) __malloc;
void kvfree(void const* address);
__END_DECLS

#define KMEM_CACHE(type, flags)                                                                    \
    kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

static inline void* kmem_cache_zalloc(struct kmem_cache* cache, gfp_t gfp)
{
    return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

static inline void* kmem_cache_alloc_node(struct kmem_cache* cache, gfp_t gfp, int node)
{
    (void)node;
    return kmem_cache_alloc(cache, gfp);
}

static __always_inline void* kmalloc(size_t size, gfp_t gfp)
{
    if (__builtin_constant_p(size) && size > KMALLOC_MAX_CACHE_SIZE)
        return kmalloc_large(size, gfp);
    return __kmalloc(size, gfp);
}

static __always_inline void* kmalloc_node(size_t size, gfp_t gfp, int node)
{
    (void)node;
    return kmalloc(size, gfp);
}

static inline void* kzalloc(size_t size, gfp_t gfp)
{
    return kmalloc(size, gfp | __GFP_ZERO);
}

static inline void* kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
    size_t bytes;
    if (unlikely(check_mul_overflow(n, size, &bytes)))
        return NULL;
    return kmalloc(bytes, gfp);
}

static inline void* kcalloc(size_t n, size_t size, gfp_t gfp)
{
    return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

static inline void* __must_check krealloc_array(void* object, size_t n, size_t size, gfp_t gfp)
{
    size_t bytes;
    if (unlikely(check_mul_overflow(n, size, &bytes)))
        return NULL;
    return krealloc(object, bytes, gfp);
}

static inline void* kvmalloc(size_t size, gfp_t gfp)
{
    return kvmalloc_node(size, gfp, 0);
}

static inline void* kvzalloc(size_t size, gfp_t gfp)
{
    return kvmalloc(size, gfp | __GFP_ZERO);
}

static inline void* kvmalloc_array(size_t n, size_t size, gfp_t gfp)
{
    size_t bytes;
    if (unlikely(check_mul_overflow(n, size, &bytes)))
        return NULL;
    return kvmalloc(bytes, gfp);
}

static inline void* kvcalloc(size_t n, size_t size, gfp_t gfp)
{
    return kvmalloc_array(n, size, gfp | __GFP_ZERO);
}
