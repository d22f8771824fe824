// Who took and gave back an object or a page last, as the guest recorded it.
//
//   SLAB_STORE_USER   two struct track behind each object's free pointer: alloc, then free
//   page_owner=on     a struct page_owner for each page frame
//   stack_depot       call stacks by number: words[n - 1] is a link, words[n] how many, then those
//
// Source: guestkernel/mm/slab/debug_track.hpp, page_owner.hpp, stack_depot.cpp; Linux 6.1
// mm/slub.c (struct track), mm/page_owner.c.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/guest/slab_map.hpp"

namespace pagelab::guest {

struct Track {
    VirtAddr caller;
    int64_t cpu = 0;
    int64_t pid = 0;
    uint64_t when = 0;           // jiffies
    std::vector<VirtAddr> stack; // innermost first; empty: not kept
};

struct ObjectTracks {
    std::optional<Track> allocated;
    std::optional<Track> freed;
};

// Nothing where the cache keeps no tracks (SLUB without SLAB_STORE_USER, SLAB, SLOB), or they
// cannot be read.
ObjectTracks read_tracks(KernelView const& view, SlabMap const& map, SlabObject const& object);

struct PageOwner {
    uint64_t order = 0;
    bool allocated = false;
    uint64_t gfp = 0;
    int64_t pid = 0;
    std::string comm;
    uint64_t ts_nsec = 0;      // since boot
    uint64_t free_ts_nsec = 0; // 0: never given back
    std::vector<VirtAddr> stack;
    std::vector<VirtAddr> free_stack;
};

// Nothing while page_owner is off, or for a page taken before it was on.
std::optional<PageOwner> read_page_owner(KernelView const& view, Pfn pfn);

// How many frames page_owner has records of; 0: it is off.
uint64_t page_owner_records(KernelView const& view);

} // namespace pagelab::guest
