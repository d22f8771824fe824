// linux/slab.h. The caller that reports name is the module's function.
#include "guestkernel/mm/slab/kmalloc.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;

#define CALLER reinterpret_cast<uintptr_t>(__builtin_return_address(0))

extern "C" {

mm::kmem_cache* kmem_cache_create(char const* name, unsigned size, unsigned align,
                                  mm::slab_flags_t flags, void (*ctor)(void*))
{
    return kernel::kmem_cache_create(name, size, align, flags, ctor);
}
EXPORT_SYMBOL(kmem_cache_create);

void kmem_cache_destroy(mm::kmem_cache* cache)
{
    kernel::kmem_cache_destroy(cache);
}
EXPORT_SYMBOL(kmem_cache_destroy);

int kmem_cache_shrink(mm::kmem_cache* cache)
{
    return kernel::kmem_cache_shrink(cache);
}
EXPORT_SYMBOL(kmem_cache_shrink);

unsigned kmem_cache_size(mm::kmem_cache* cache)
{
    return cache->object_size;
}
EXPORT_SYMBOL(kmem_cache_size);

void* kmem_cache_alloc(mm::kmem_cache* cache, mm::gfp_t gfp)
{
    return mm::kmem_cache_alloc(*cache, gfp, CALLER);
}
EXPORT_SYMBOL(kmem_cache_alloc);

void kmem_cache_free(mm::kmem_cache* cache, void* object)
{
    mm::kmem_cache_free(*cache, object, CALLER);
}
EXPORT_SYMBOL(kmem_cache_free);

void* __kmalloc(size_t size, mm::gfp_t gfp)
{
    void* const object = mm::kmalloc(kernel::slab_caches(), size, gfp, CALLER);
    asm volatile(""); // not a tail call: call traces say __kmalloc
    return object;
}
EXPORT_SYMBOL(__kmalloc);

void* kmalloc_large(size_t size, mm::gfp_t gfp)
{
    void* const object = mm::kmalloc(kernel::slab_caches(), size, gfp, CALLER);
    asm volatile("");
    return object;
}
EXPORT_SYMBOL(kmalloc_large);

void* krealloc(void const* object, size_t size, mm::gfp_t gfp)
{
    return mm::krealloc(kernel::slab_caches(), const_cast<void*>(object), size, gfp, CALLER);
}
EXPORT_SYMBOL(krealloc);

void kfree(void const* object)
{
    mm::kfree(kernel::slab_caches(), object, CALLER);
}
EXPORT_SYMBOL(kfree);

size_t ksize(void const* object)
{
    return mm::ksize(kernel::slab_caches(), object);
}
EXPORT_SYMBOL(ksize);

void kfree_sensitive(void const* object)
{
    memset(const_cast<void*>(object), 0, ksize(object));
    mm::kfree(kernel::slab_caches(), object, CALLER);
}
EXPORT_SYMBOL(kfree_sensitive);

void* kvmalloc_node(size_t size, mm::gfp_t gfp, int)
{
    void* const memory =
        mm::kmalloc(kernel::slab_caches(), size, mm::kvmalloc_gfp(size, gfp), CALLER);
    if (memory != nullptr || !mm::kvmalloc_may_use_vmalloc(size))
        return memory;
    return kernel::__vmalloc(size, gfp);
}
EXPORT_SYMBOL(kvmalloc_node);

void kvfree(void const* address)
{
    kernel::kvfree(address);
}
EXPORT_SYMBOL(kvfree);

} // extern "C"
