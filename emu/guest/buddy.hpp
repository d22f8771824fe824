// The page allocator's free blocks, computed twice from raw memory and compared.
//
//   by list    zone.free_area[order].free_list[migrate type], link by link
//   by scan    every struct page of the zone that says it begins a free block
//
// The two share nothing but the struct page array's place, so that they agree is evidence. What
// differs, within either or between them or from the kernel's own counts, is reported as Damage.
// Source: Linux 6.1 mm/page_alloc.c (theory above __free_one_page).
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

struct FreeBlock {
    Pfn pfn;
    unsigned order = 0; // 2^order pages

    bool operator<(FreeBlock const& other) const
    {
        return pfn == other.pfn ? order < other.order : pfn < other.pfn;
    }
};

struct ZoneBuddy {
    Zone zone;
    std::vector<std::vector<std::vector<Pfn>>> lists; // [order][migrate type], in list order
    std::vector<FreeBlock> scanned;                   // ascending

    // Blocks of each order, counted either way.
    std::vector<uint64_t> listed_counts() const;
    std::vector<uint64_t> scanned_counts() const;
    uint64_t listed_pages() const;
};

struct BuddyReport {
    std::vector<ZoneBuddy> zones;
    std::vector<Damage> damage;

    bool agrees() const { return damage.empty(); }
    uint64_t free_pages() const; // by list, all zones
};

// Fails only if the kernel's image or its roots cannot be read at all.
Result<BuddyReport> read_buddy(KernelView const& view);

} // namespace pagelab::guest
