// Caches and kmalloc on SLOB's heap.
//
//   kmalloc:   | size asked for, 8 bytes | memory ...  below a page; above, a compound page
//
// A cache's constructor runs for each object that is handed out, not once: nothing of an object
// survives its being free.
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slob.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kHeader =
    ARCH_KMALLOC_MINALIGN > ARCH_SLAB_MINALIGN ? ARCH_KMALLOC_MINALIGN : ARCH_SLAB_MINALIGN;
constexpr unsigned kMessageSize = 96;

slob_heap& heap_of(slab_caches const& caches)
{
    return *static_cast<slob_heap*>(caches.allocator);
}

using header [[gnu::may_alias]] = unsigned;

header& size_before(void const* object)
{
    return *reinterpret_cast<header*>(reinterpret_cast<uintptr_t>(object) - kHeader);
}

void move_list(list_head& from, list_head& to)
{
    lib::init_list_head(to);
    while (!lib::list_empty(from))
        lib::list_move_tail(*from.next, to);
}

// The heap's own state is the first thing on it.
Result<> init_heap(slab_caches& caches)
{
    slob_heap first = {&caches.env, {}, {}, {}, {}};
    lib::init_list_head(first.free_slob_small);
    lib::init_list_head(first.free_slob_medium);
    lib::init_list_head(first.free_slob_large);
    void* const memory = slob_alloc(first, sizeof(slob_heap), GFP_NOWAIT, kHeader, 0);
    if (memory == nullptr)
        return lib::Error{"no memory for the heap"};
    auto& heap = *static_cast<slob_heap*>(memory);
    heap.env = &caches.env;
    heap.slob_lock = {};
    move_list(first.free_slob_small, heap.free_slob_small);
    move_list(first.free_slob_medium, heap.free_slob_medium);
    move_list(first.free_slob_large, heap.free_slob_large);
    caches.allocator = &heap;
    return {};
}

Result<> slob_init(slab_caches& caches)
{
    TRY(init_heap(caches));
    return create_boot_cache(caches, caches.boot_kmem_cache, "kmem_cache",
                             offsetof(kmem_cache, cpu_slab), SLAB_HWCACHE_ALIGN);
}

Result<> slob_create(kmem_cache& s)
{
    s.size = slob_units_for(s.object_size) * SLOB_UNIT;
    s.inuse = s.object_size;
    return {};
}

void* slob_cache_alloc(kmem_cache& s, gfp_t gfp, uintptr_t)
{
    slob_heap& heap = heap_of(*s.caches);
    void* const object = s.size < kPageSize ? slob_alloc(heap, s.size, gfp, s.align, 0)
                                            : slob_new_pages(heap, gfp, get_order(s.size));
    if (object != nullptr && s.ctor != nullptr)
        s.ctor(object);
    return object;
}

// A page that is no block's, or not in use.
[[gnu::noinline]] void report_bad_object(slab_env const& env, void const* object)
{
    char message[kMessageSize];
    lib::snprintf(message, sizeof(message), "object pointer: 0x%p\n", object);
    WARN_BY(env.warn, message);
}

void slob_cache_free(kmem_cache& s, void* object, uintptr_t)
{
    slob_heap& heap = heap_of(*s.caches);
    page* const p = direct_map_page(*heap.env, object);
    bool const is_small = s.size < kPageSize;
    if (p == nullptr || page_flag(*p, PG_slab) != is_small)
        report_bad_object(*heap.env, object);
    else if (is_small)
        slob_free(heap, object, s.size);
    else if (!slob_free_pages(heap, *p, get_order(s.size)))
        report_bad_object(*heap.env, object);
}

size_t slob_ksize(kmem_cache const& s, void const*)
{
    return s.size;
}

Result<> slob_shutdown(kmem_cache&)
{
    return {}; // nobody knows whether objects remain
}

void slob_nothing(kmem_cache&) {}

slab_damage slob_check(kmem_cache const& s)
{
    // All caches share the heap: it is checked with one of them.
    return &s == &s.caches->boot_kmem_cache ? check_slob(*s.caches) : slab_damage{};
}

slab_flags_t slob_flags(slab_caches const&, unsigned, slab_flags_t flags, char const*)
{
    return flags & ~SLAB_DEBUG_FLAGS;
}

void* slob_kmalloc(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t)
{
    if (gfp & __GFP_HIGHMEM) {
        report_bad_gfp(caches.env, gfp, __GFP_HIGHMEM);
        return nullptr;
    }
    if (size == 0)
        return ZERO_SIZE_PTR;
    if (size >= kPageSize - kHeader) {
        unsigned const order = get_order(size);
        return slob_new_pages(heap_of(caches), order > 0 ? gfp | __GFP_COMP : gfp, order);
    }
    bool const is_aligned = lib::is_power_of_two(size) && size > kHeader;
    unsigned const align = is_aligned ? static_cast<unsigned>(size) : kHeader;
    void* const block = slob_alloc(heap_of(caches), size + kHeader, gfp, align, kHeader);
    if (block == nullptr)
        return nullptr;
    char* const object = static_cast<char*>(block) + kHeader;
    size_before(object) = static_cast<unsigned>(size);
    return object;
}

void slob_kfree(slab_caches& caches, void* object, uintptr_t)
{
    slob_heap& heap = heap_of(caches);
    page* const p = direct_map_page(*heap.env, object);
    if (p != nullptr && page_flag(*p, PG_slab)) {
        slob_free(heap, static_cast<char*>(object) - kHeader,
                  size_t{size_before(object)} + kHeader);
        return;
    }
    if (p == nullptr || !slob_free_pages(heap, *p, compound_order(*p)))
        report_bad_object(*heap.env, object);
}

size_t slob_usable_size(slab_caches const& caches, void const* object)
{
    page* const p = direct_map_page(caches.env, object);
    if (p != nullptr && page_flag(*p, PG_slab))
        return size_t{slob_units_for(size_before(object))} * SLOB_UNIT;
    return p == nullptr ? 0 : kPageSize << compound_order(*p);
}

} // namespace

slab_operations const slob_operations = {
    .name = "slob",
    .merges_caches = false,
    .colours_slabs = false,
    .has_kmalloc_caches = false,
    .init = slob_init,
    .create = slob_create,
    .alloc = slob_cache_alloc,
    .free = slob_cache_free,
    .shutdown = slob_shutdown,
    .release = slob_nothing,
    .shrink = slob_nothing,
    .ksize = slob_ksize,
    .get_slabinfo = nullptr, // Linux has no slabinfo with SLOB
    .slabinfo_stats = nullptr,
    .check = slob_check,
    .cache_flags = slob_flags,
    .kmalloc = slob_kmalloc,
    .kfree = slob_kfree,
    .usable_size = slob_usable_size,
};

} // namespace pagelab::mm
