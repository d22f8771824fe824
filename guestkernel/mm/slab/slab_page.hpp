// struct slab: a block of pages that a cache has cut into objects, written over its struct page.
//
//   page:   flags | lru        | mapping    | index    | private      | _mapcount | _refcount
//   SLUB:   flags | slab_list  | slab_cache | freelist | counts       |           |
//   SLAB:   flags | slab_list  | slab_cache | freelist | s_mem        | active    |
//   SLOB:   flags | slab_list  |            | freelist | units        |           |
//
// PG_slab marks the head page. The word of _mapcount must be -1 again before the pages are freed.
// Source: Linux 6.1 mm/slab.h.
#pragma once

#include "guestkernel/mm/page.hpp"

namespace pagelab::mm {

struct kmem_cache;

struct [[gnu::may_alias]] alignas(2 * sizeof(unsigned long)) slab {
    unsigned long __page_flags;
    union {
        list_head slab_list;   // on a list of the node
        __extension__ struct { // or on a CPU's list
            slab* next;
            int slabs; // on the list from here on
        };
    };
    kmem_cache* slab_cache;
    void* freelist; // first free object; null: none
    union {
        __extension__ struct {
            uint16_t inuse;          // objects taken, those on a CPU's free list included
            uint16_t objects_frozen; // 15 bits: all objects; kFrozenBit
        };
        void* s_mem; // SLAB: the first object
        long units;  // SLOB: free units
    };
    union {
        unsigned __unused;
        unsigned active; // SLAB: objects taken
    };
    int __page_refcount;
};

static_assert(sizeof(slab) == sizeof(page));
static_assert(offsetof(slab, slab_list) == offsetof(page, lru));
static_assert(offsetof(slab, slab_cache) == offsetof(page, mapping));
static_assert(offsetof(slab, freelist) == offsetof(page, index));
static_assert(offsetof(slab, inuse) == offsetof(page, private_));
static_assert(offsetof(slab, __unused) == offsetof(page, _mapcount));
static_assert(offsetof(slab, __page_refcount) == offsetof(page, _refcount));

inline constexpr unsigned kFrozenBit = 0x8000;
inline constexpr unsigned MAX_OBJS_PER_PAGE = 0x7fff;

inline unsigned slab_objects(slab const& s)
{
    return s.objects_frozen & MAX_OBJS_PER_PAGE;
}
inline void set_slab_objects(slab& s, unsigned objects)
{
    s.objects_frozen = static_cast<uint16_t>((s.objects_frozen & kFrozenBit) | objects);
}

// Frozen: it belongs to a CPU and is on no list of the node.
inline bool slab_frozen(slab const& s)
{
    return (s.objects_frozen & kFrozenBit) != 0;
}
inline void set_slab_frozen(slab& s)
{
    s.objects_frozen |= kFrozenBit;
}
inline void clear_slab_frozen(slab& s)
{
    s.objects_frozen &= MAX_OBJS_PER_PAGE;
}

inline page& slab_page(slab& s)
{
    return reinterpret_cast<page&>(s);
}
inline page const& slab_page(slab const& s)
{
    return reinterpret_cast<page const&>(s);
}
inline slab& page_slab(page& head)
{
    return reinterpret_cast<slab&>(head);
}

} // namespace pagelab::mm
