// The life of a cache, whatever the allocator: created or merged, shared, destroyed.
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab.hpp"
#include "guestkernel/mm/slab/slab_alias.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kWord = sizeof(void*);
constexpr unsigned kMessageSize = 160;

kmem_cache& cache_of_link(list_head* link)
{
    return *CONTAINER_OF(link, kmem_cache, list);
}

// An older cache whose slots hold such objects without much waste: Linux' find_mergeable.
kmem_cache* find_mergeable(slab_caches& caches, unsigned size, unsigned align, slab_flags_t flags)
{
    size = lib::align_up(size, kWord);
    align = calculate_alignment(flags, align, size);
    size = lib::align_up(size, align);
    for (list_head* link = caches.list.prev; link != &caches.list; link = link->prev) {
        kmem_cache& s = cache_of_link(link);
        if (!is_mergeable(s) || size > s.size || s.size % align != 0)
            continue;
        if (caches.ops->colours_slabs && s.align % align != 0)
            continue;
        if ((flags & SLAB_MERGE_SAME) == (s.flags & SLAB_MERGE_SAME) && s.size - size < kWord)
            return &s;
    }
    return nullptr;
}

kmem_cache* alias(slab_caches& caches, unsigned size, unsigned align, slab_flags_t flags)
{
    kmem_cache* const s = find_mergeable(caches, size, align, flags);
    if (s == nullptr)
        return nullptr;
    s->refcount++;
    if (s->object_size < size)
        s->object_size = size;
    if (s->inuse < lib::align_up(size, kWord))
        s->inuse = lib::align_up(size, kWord);
    return s;
}

void fill(slab_caches& caches, kmem_cache& s, char const* name, unsigned size, slab_flags_t flags)
{
    memset(static_cast<void*>(&s), 0, offsetof(kmem_cache, cpu_slab));
    s.ops = caches.ops;
    s.caches = &caches;
    s.name = name;
    s.size = size;
    s.object_size = size;
    s.refcount = 1;
    s.flags = caches.ops->cache_flags(caches, size, flags, name);
}

Result<kmem_cache*> create_cache(slab_caches& caches, char const* name, unsigned size,
                                 unsigned align, slab_flags_t flags, void (*ctor)(void*))
{
    auto* const s = static_cast<kmem_cache*>(kmem_cache_alloc(caches.boot_kmem_cache, GFP_KERNEL));
    char* const copy = static_cast<char*>(kmalloc(caches, strlen(name) + 1, GFP_KERNEL));
    Result<> created = lib::Error{"no memory for the descriptor"};
    if (s != nullptr && copy != nullptr) {
        memcpy(copy, name, strlen(name) + 1);
        fill(caches, *s, copy, size, flags);
        s->align = calculate_alignment(s->flags, align, size);
        s->ctor = ctor;
        created = caches.ops->create(*s);
    }
    if (created) {
        lib::list_add(s->list, caches.list);
        return s;
    }
    if (s != nullptr)
        kmem_cache_free(caches.boot_kmem_cache, s);
    kfree(caches, copy);
    return created.error();
}

Result<kmem_cache*> find_or_create(slab_caches& caches, char const* name, unsigned size,
                                   unsigned align, slab_flags_t flags, void (*ctor)(void*))
{
    if (name == nullptr || size == 0 || size > KMALLOC_MAX_SIZE)
        return lib::Error{"integrity check failed"};
    if ((flags & ~SLAB_FLAGS_PERMITTED) != 0)
        return lib::Error{"flags are not permitted"};
    slab_flags_t const final_flags = caches.ops->cache_flags(caches, size, flags, name);
    bool const may_merge = caches.ops->merges_caches && caches.merge == merging::allowed &&
                           ctor == nullptr && (final_flags & SLAB_NEVER_MERGE) == 0;
    kmem_cache* const merged = may_merge ? alias(caches, size, align, final_flags) : nullptr;
    kmem_cache* const s =
        merged != nullptr ? merged : TRY(create_cache(caches, name, size, align, flags, ctor));
    if (is_mergeable(*s))
        add_slab_alias(*s, name);
    return s;
}

// Errors by number, as Linux' text has them.
void report_failure(slab_caches& caches, char const* name, slab_flags_t flags, char const* why)
{
    constexpr char kFunction[] = "kmem_cache_create_usercopy";
    constexpr int kInvalid = -22;
    constexpr int kNoMemory = -12;
    environment const& out = *caches.env.pgdat->env;
    int const error = strncmp(why, "no memory", 9) == 0 ? kNoMemory : kInvalid;
    char message[kMessageSize];
    if (flags & SLAB_PANIC) {
        lib::snprintf(message, sizeof(message), "%s: Failed to create slab '%s'. Error %d\n",
                      kFunction, name, error);
        out.panic(message);
        return;
    }
    printk(out, log_level::warning, "%s(%s) failed with error %d\n", kFunction, name, error);
    slab_dump_stack(caches.env);
}

// Under the mutex.
void drop_cache(kmem_cache* s)
{
    slab_caches& caches = *s->caches;
    if (--s->refcount > 0)
        return;
    if (!s->ops->shutdown(*s)) {
        char message[kMessageSize];
        lib::snprintf(message, sizeof(message),
                      "kmem_cache_destroy %s: Slab cache still has objects\n", s->name);
        WARN_BY(caches.env.warn, message);
        return;
    }
    lib::list_del(s->list);
    drop_slab_aliases(*s);
    s->ops->release(*s);
    kfree(caches, const_cast<char*>(s->name));
    kmem_cache_free(caches.boot_kmem_cache, s);
}

} // namespace

unsigned calculate_alignment(slab_flags_t flags, unsigned align, unsigned size)
{
    if (flags & SLAB_HWCACHE_ALIGN) {
        unsigned part = kCacheLine;
        while (size <= part / 2)
            part /= 2;
        if (align < part)
            align = part;
    }
    return lib::align_up(align < ARCH_SLAB_MINALIGN ? ARCH_SLAB_MINALIGN : align, kWord);
}

// Neither kmalloc's caches nor the two that the others need are shared.
Result<> create_boot_cache(slab_caches& caches, kmem_cache& s, char const* name, unsigned size,
                           slab_flags_t flags)
{
    fill(caches, s, name, size, flags);
    s.usersize = flags & SLAB_KMALLOC ? size : 0; // user mode may be given any part of it
    s.refcount = flags & SLAB_KMALLOC ? 1 : -1;
    unsigned const natural = lib::is_power_of_two(size) ? size : 0; // kmalloc promises this
    s.align = calculate_alignment(flags, natural, size);
    TRY(caches.ops->create(s));
    lib::list_add(s.list, caches.list);
    return {};
}

Result<> kmem_cache_init(slab_caches& caches)
{
    pglist_data const& pgdat = *caches.env.pgdat;
    caches.env.mem_map = pgdat.node_mem_map;
    caches.env.nr_pages = pgdat.node_start_pfn + pgdat.node_spanned_pages;
    caches.state = slab_state::down;
    lib::init_list_head(caches.list);
    lib::init_list_head(caches.aliases);
    TRY(caches.ops->init(caches));
    caches.state = slab_state::partial;
    if (caches.ops->has_kmalloc_caches)
        TRY(create_kmalloc_caches(caches));
    caches.state = slab_state::up;
    return {};
}

kmem_cache* kmem_cache_create(slab_caches& caches, char const* name, unsigned size, unsigned align,
                              slab_flags_t flags, void (*ctor)(void*))
{
    caches.env.mutex_lock();
    auto const found = find_or_create(caches, name, size, align, flags, ctor);
    caches.env.mutex_unlock();
    if (!found) {
        report_failure(caches, name, flags, found.error().message);
        return nullptr;
    }
    return found.value();
}

void kmem_cache_destroy(kmem_cache* s)
{
    if (s == nullptr)
        return;
    slab_env const& env = s->caches->env;
    env.mutex_lock();
    drop_cache(s);
    env.mutex_unlock();
}

void kmem_cache_shrink(kmem_cache& s)
{
    s.ops->shrink(s);
}

slab_damage check_caches(slab_caches const& caches)
{
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache const& s = cache_of_link(link);
        if (slab_damage const found = s.ops->check(s))
            return found;
    }
    return {};
}

} // namespace pagelab::mm
