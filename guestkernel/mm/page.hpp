// struct page: one for each page frame, and the only thing the allocator knows of a frame.
//
// flags, from the top: node, zone (both fixed at boot), then free room, then the PG_ bits.
//
//   x86_64   63 node 54 | 53 zone 51 |  ...  | 21 PG_ 0        i686   31 zone 30 |  ...  | PG_
//
// A compound page is a block used as one: its first page, the head, has PG_head; the others are
// tails and lead to it (compound.hpp).
//
// A free block's first page is a buddy page: page_type says so, private_ is its order, buddy_list
// links it. _refcount counts users (0: free); _mapcount counts mappings minus one, and shares its
// word with page_type, which no mapped page has.
//
// Source: Linux 6.1 include/linux/mm_types.h, page-flags.h, page-flags-layout.h, without
// CONFIG_MEMCG. "private" is a word of C++, hence private_.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"
#include "guestkernel/lib/atomic.hpp"
#include "guestkernel/lib/list.hpp"

namespace pagelab::mm {

using lib::list_head;
struct address_space;

struct alignas(2 * sizeof(unsigned long)) page {
    unsigned long flags;
    union {
        list_head lru;
        list_head buddy_list; // while free
        list_head pcp_list;   // while free, on a CPU's list
        struct {
            unsigned long compound_head; // of a tail page: the head's address, plus 1
            unsigned char compound_dtor; // these two: of the first tail page
            unsigned char compound_order;
        };
    };
    address_space* mapping;
    unsigned long index; // just allocated, or on a CPU's list: a migrate type
    unsigned long private_;
    union {
        int _mapcount;
        unsigned page_type;
    };
    int _refcount;
};

static_assert(sizeof(page) == (sizeof(long) == 8 ? 64 : 32));
static_assert(offsetof(page, lru) == sizeof(long) && offsetof(page, private_) == 5 * sizeof(long));

enum pageflags : unsigned {
    PG_locked,
    PG_referenced,
    PG_uptodate,
    PG_dirty,
    PG_lru,
    PG_active,
    PG_workingset,
    PG_waiters,
    PG_error,
    PG_slab,
    PG_owner_priv_1,
    PG_arch_1,
    PG_reserved, // not the allocator's: kernel image, firmware, hole
    PG_private,
    PG_private_2,
    PG_writeback,
    PG_head,
    PG_mappedtodisk,
    PG_reclaim,
    PG_swapbacked,
    PG_unevictable,
    PG_mlocked,
};

inline constexpr bool kLong64 = sizeof(unsigned long) == 8;
using NodeField = x86::Field<63, 54>; // 64-bit only
using ZoneField = x86::Field<kLong64 ? 53 : 31, kLong64 ? 51 : 30>;

// A type is a bit cleared in page_type, so that -1, "not mapped", is no type.
inline constexpr unsigned PAGE_TYPE_BASE = 0xf000'0000;
inline constexpr unsigned PG_buddy = 0x80;
inline constexpr unsigned PG_offline = 0x100;
inline constexpr unsigned PG_table = 0x200;
inline constexpr unsigned PG_guard = 0x400;

constexpr bool has_page_type(page const& p, unsigned type)
{
    return (p.page_type & (PAGE_TYPE_BASE | type)) == PAGE_TYPE_BASE;
}
constexpr void set_page_type(page& p, unsigned type)
{
    p.page_type &= ~type;
}
constexpr void clear_page_type(page& p, unsigned type)
{
    p.page_type |= type;
}

constexpr bool page_buddy(page const& p)
{
    return has_page_type(p, PG_buddy);
}

constexpr bool page_flag(page const& p, pageflags flag)
{
    return (p.flags >> flag & 1) != 0;
}
inline void set_page_flag(page& p, pageflags flag)
{
    lib::atomic_or(p.flags, 1ul << flag);
}
inline void clear_page_flag(page& p, pageflags flag)
{
    lib::atomic_and(p.flags, ~(1ul << flag));
}

// Flags no page may have when it is freed (PAGE_FLAGS_CHECK_AT_FREE), or when it is taken.
inline constexpr unsigned long kFlagsCheckedAtFree =
    1ul << PG_lru | 1ul << PG_locked | 1ul << PG_private | 1ul << PG_private_2 |
    1ul << PG_writeback | 1ul << PG_reserved | 1ul << PG_slab | 1ul << PG_active |
    1ul << PG_unevictable | 1ul << PG_mlocked;
inline constexpr unsigned long kFlagsCheckedAtPrep = (1ul << (PG_mlocked + 1)) - 1;

constexpr unsigned page_zonenum(page const& p)
{
    return static_cast<unsigned>(ZoneField::get(p.flags));
}

// A page nobody uses and nobody maps, in this zone; all other bits clear.
constexpr void init_page(page& p, unsigned zone)
{
    p = {};
    p.flags = static_cast<unsigned long>(ZoneField::make(zone));
    p._mapcount = -1;
}

// Order of the free block this buddy page begins.
constexpr unsigned buddy_order(page const& p)
{
    return static_cast<unsigned>(p.private_);
}

} // namespace pagelab::mm
