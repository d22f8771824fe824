// FrameMap: what every page frame is used for, in order of the frames.
//
//   ranges  [0x0, 0xc0000) [0x100000, 0x140000)      where there is memory, in whole MAX_ORDER
//   frames  |................|................|      blocks; a frame's place in the two together
//           0                 0xc0000                is its position
//
// One pass over the struct pages says what the page allocator knows; what KernelIndex knows (slabs,
// vmalloc areas, CPUs' own blocks, stacks) is laid over it. Orders are those of the free or
// compound block a frame is part of. Source: Linux 6.1 include/linux/page-flags.h, mm/page_owner.c;
// fs/proc/page.c for the idea.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/guest/kernel_index.hpp"

namespace pagelab::guest {

enum class Use : uint8_t {
    Absent, // in no zone, or without a struct page
    Reserved,
    Free,
    Kept, // free, on a CPU's own list
    Slab,
    Vmalloc,
    Stack,
    PageTable,
    Compound,
    Used, // by someone who leaves no mark on the page
};
inline constexpr size_t kUses = 10;
char const* name(Use use); // "page table"

inline constexpr uint8_t kNoZone = 0xff;

struct FrameUse {
    Use use = Use::Absent;
    uint8_t zone = kNoZone; // number in FrameMap::zones
    uint8_t order = 0;
    uint8_t type = 0;   // migrate type of its pageblock
    uint16_t cache = 0; // number in FrameMap::names, as is owner; 0: none
    uint16_t owner = 0; // a cache, a task, who called vmalloc or, with page_owner, the allocator

    bool operator==(FrameUse const&) const = default;
};

struct FrameMap {
    struct Range {
        Pfn start;
        uint64_t pages = 0;
    };
    std::vector<Range> ranges; // ascending
    std::vector<FrameUse> frames;
    std::vector<std::string> zones;
    std::vector<std::string> names; // the first is empty
    DirectMap direct;

    std::optional<size_t> position_of(Pfn pfn) const;
    Pfn pfn_at(size_t position) const; // of one that is in frames
};

// An order as found in memory, no more than MAX_ORDER - 1.
inline constexpr unsigned kMaxOrder = 10;
constexpr uint8_t block_order(uint64_t found)
{
    return static_cast<uint8_t>(found < kMaxOrder ? found : kMaxOrder);
}

enum class Owners : uint8_t { Marks, Records }; // Records: also page_owner's, which take seconds

// Fails without zones or the array of struct pages.
Result<FrameMap> read_frame_map(KernelView const& view, KernelIndex const& index, Owners owners);

// "Movable"
std::string migrate_type_name(size_t type);

} // namespace pagelab::guest
