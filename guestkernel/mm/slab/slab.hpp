// The slab layer: objects of one size from caches, over an allocator chosen at boot.
//
//   kmem_cache* c = kmem_cache_create(caches, "thing", sizeof(thing), 0, 0, nullptr);
//   void* object = kmem_cache_alloc(*c, GFP_KERNEL);
//   kmem_cache_free(*c, object);
//   kmem_cache_destroy(c);
//
// A slab_caches is the whole state: every cache, and the allocator's functions. SLUB (slub.hpp),
// SLAB (slab_array.hpp) and SLOB (slob.hpp) each give a table of them. kmalloc is in kmalloc.hpp.
// Any CPU may call at any time; interrupt handlers, kmalloc, kfree, alloc and free. `caller` is a
// code address, for the records of SLAB_STORE_USER.
//
// Source: Linux 6.1 mm/slab.h, mm/slab_common.c.
#pragma once

#include "guestkernel/lib/result.hpp"
#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/slab_cache.hpp"

namespace pagelab::mm {

using lib::Result;

inline constexpr unsigned ARCH_KMALLOC_MINALIGN = 8;
inline constexpr unsigned ARCH_SLAB_MINALIGN = 8;
inline constexpr unsigned kCacheLine = 64; // cache_line_size()
inline constexpr size_t KMALLOC_MAX_SIZE = kPageSize << (MAX_ORDER - 1);
inline constexpr unsigned KMALLOC_SHIFT_HIGH = 13; // the largest kmalloc cache: 8 KiB
inline constexpr size_t KMALLOC_MAX_CACHE_SIZE = 1u << KMALLOC_SHIFT_HIGH;

enum kmalloc_cache_type : unsigned {
    KMALLOC_NORMAL,
    KMALLOC_RECLAIM,
    KMALLOC_DMA,
    NR_KMALLOC_TYPES
};

struct slabinfo {
    unsigned long active_objs;
    unsigned long num_objs;
    unsigned long active_slabs;
    unsigned long num_slabs;
    unsigned long shared_avail;
    unsigned limit;
    unsigned batchcount;
    unsigned shared;
    unsigned objects_per_slab;
    unsigned cache_order;
};

// What a check of a cache's invariants found first.
struct slab_damage {
    char const* what = nullptr; // null: none
    kmem_cache const* cache = nullptr;
    void const* address = nullptr; // of the slab or object concerned

    explicit operator bool() const { return what != nullptr; }
};

// An allocator. Functions on a cache get one that create() has accepted.
struct slab_operations {
    char const* name; // as slab_allocator= names it
    bool merges_caches;
    bool colours_slabs; // objects are aligned to what was asked for, not to more
    bool has_kmalloc_caches;

    // Everything up to where kmem_cache_create works.
    Result<> (*init)(slab_caches& caches);
    // Sizes and empty lists, from object_size, align, flags, ctor (__kmem_cache_create).
    Result<> (*create)(kmem_cache& s);
    void* (*alloc)(kmem_cache& s, gfp_t gfp, uintptr_t caller);
    void (*free)(kmem_cache& s, void* object, uintptr_t caller);
    Result<> (*shutdown)(kmem_cache& s); // gives all slabs back; an error if objects remain
    void (*release)(kmem_cache& s);      // then: what create() took
    void (*shrink)(kmem_cache& s);       // gives empty slabs back
    size_t (*ksize)(kmem_cache const& s, void const* object); // bytes usable
    slabinfo (*get_slabinfo)(kmem_cache const& s);            // null: there is no /proc/slabinfo
    void (*slabinfo_stats)(lib::seq_file& m, kmem_cache const& s); // null: no more columns
    slab_damage (*check)(kmem_cache const& s);
    // The flags a new cache gets (kmem_cache_flags): debugging added, or impossible ones left out.
    slab_flags_t (*cache_flags)(slab_caches const& caches, unsigned object_size, slab_flags_t flags,
                                char const* name);

    // SLUB and SLAB use those of kmalloc.hpp.
    void* (*kmalloc)(slab_caches& caches, size_t size, gfp_t gfp, uintptr_t caller);
    void (*kfree)(slab_caches& caches, void* object, uintptr_t caller); // not null
    size_t (*usable_size)(slab_caches const& caches, void const* object);
};

enum class slab_state { down, partial, up }; // partial: kmalloc's caches are not all there

enum class merging { allowed, never }; // slab_nomerge

struct slub_options;
struct stack_depot;

struct slab_caches {
    slab_env env;
    slab_operations const* ops;
    merging merge;
    slub_options const* debug; // slub_debug=; null: none
    stack_depot* stacks;       // of SLAB_STORE_USER; null: stacks are not kept

    slab_state state;
    list_head list;    // all caches, newest first
    list_head aliases; // slab_alias.hpp
    kmem_cache* kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];
    void* allocator; // state of the allocator beyond its caches; SLOB: its lists
    // The first two caches: descriptors come from one, SLUB's and SLAB's nodes from the other.
    kmem_cache boot_kmem_cache;
    kmem_cache boot_kmem_cache_node;
};

// Where what is said about a cache goes.
inline environment const& slab_output(kmem_cache const& s)
{
    return *s.caches->env.pgdat->env;
}

// Brings up an allocator and kmalloc's caches. The first five fields are filled.
Result<> kmem_cache_init(slab_caches& caches);

// A new cache, or an older one that serves as well; null after a report (SLAB_PANIC: panics). The
// name is copied. align 0: what the object size asks for. ctor runs once for each object of a new
// slab.
kmem_cache* kmem_cache_create(slab_caches& caches, char const* name, unsigned size, unsigned align,
                              slab_flags_t flags, void (*ctor)(void*));

// Gives up one user of the cache, and the cache with the last. If objects are still in use, they
// are reported and the cache stays. Null is ignored.
void kmem_cache_destroy(kmem_cache* s);

void kmem_cache_shrink(kmem_cache& s);

inline void* kmem_cache_alloc(kmem_cache& s, gfp_t gfp, uintptr_t caller = 0)
{
    return s.ops->alloc(s, gfp, caller);
}

// An object of another cache is reported, and freed into its own.
inline void kmem_cache_free(kmem_cache& s, void* object, uintptr_t caller = 0)
{
    s.ops->free(s, object, caller);
}

// Fills the cache's common fields and has the allocator create it; adds it to the list. For the
// allocators' own caches, whose memory is there.
Result<> create_boot_cache(slab_caches& caches, kmem_cache& s, char const* name, unsigned size,
                           slab_flags_t flags);

// Alignment of the objects: the stricter of `align` and, with SLAB_HWCACHE_ALIGN, the part of a
// cache line the object fits in.
unsigned calculate_alignment(slab_flags_t flags, unsigned align, unsigned size);

// The head of the page an address lies in, seen as a slab whatever it is; null: no such page.
inline slab* virt_to_head(slab_env const& env, void const* address)
{
    uintptr_t const pfn = (reinterpret_cast<uintptr_t>(address) - env.page_offset) / kPageSize;
    if (pfn >= env.nr_pages) [[unlikely]]
        return nullptr;
    page* p = env.mem_map + pfn;
    if (page_tail(*p)) [[unlikely]]
        p = &compound_head(*p);
    return &page_slab(*p);
}

// The slab an address lies in; null if its page belongs to none, or is no page at all.
inline slab* virt_to_slab(slab_env const& env, void const* address)
{
    slab* const sl = virt_to_head(env, address);
    return sl != nullptr && page_flag(slab_page(*sl), PG_slab) ? sl : nullptr;
}

inline char* slab_address(slab_env const& env, slab const& s)
{
    return direct_map_address(env, slab_page(s));
}

// Verifies every cache; the first damage found.
slab_damage check_caches(slab_caches const& caches);

// /proc/slabinfo, version 2.1.
void show_slabinfo(lib::seq_file& m, slab_caches const& caches);

} // namespace pagelab::mm
