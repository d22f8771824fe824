// The migrate type of each pageblock (512 pages, 2 MiB), four bits apiece in a bitmap of the zone.
//
// Allocations of one type are kept together by pageblock, so that what can be moved lies apart from
// what cannot. Bits 2:0 of the four are the type, bit 3 is the compaction skip mark (unused here).
// Source: Linux 6.1 include/linux/pageblock-flags.h, usemap_size() in mm/page_alloc.c.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

inline constexpr unsigned long NR_PAGEBLOCK_BITS = 4;
inline constexpr unsigned long MIGRATETYPE_MASK = 7;

inline constexpr unsigned long kBitsPerLong = sizeof(long) * 8;

// Bytes of bitmap a zone with this span needs, in whole longs.
constexpr unsigned long usemap_size(unsigned long zone_start_pfn, unsigned long spanned)
{
    unsigned long const pages = spanned + (zone_start_pfn & (pageblock_nr_pages - 1));
    unsigned long const blocks = (pages + pageblock_nr_pages - 1) / pageblock_nr_pages;
    return (blocks * NR_PAGEBLOCK_BITS + kBitsPerLong - 1) / kBitsPerLong * sizeof(long);
}

// Number of the first of the pageblock's four bits.
inline unsigned long pageblock_bit(zone const& z, unsigned long pfn)
{
    unsigned long const first = z.zone_start_pfn & ~(pageblock_nr_pages - 1);
    return ((pfn - first) >> pageblock_order) * NR_PAGEBLOCK_BITS;
}

inline migratetype get_pageblock_migratetype(zone const& z, unsigned long pfn)
{
    unsigned long const bit = pageblock_bit(z, pfn);
    unsigned long const word = z.pageblock_flags[bit / kBitsPerLong];
    return static_cast<migratetype>(word >> (bit % kBitsPerLong) & MIGRATETYPE_MASK);
}

inline void set_pageblock_migratetype(zone& z, unsigned long pfn, migratetype type)
{
    unsigned long const bit = pageblock_bit(z, pfn);
    unsigned long& word = z.pageblock_flags[bit / kBitsPerLong];
    word &= ~(MIGRATETYPE_MASK << (bit % kBitsPerLong));
    word |= static_cast<unsigned long>(type) << (bit % kBitsPerLong);
}

char const* migratetype_name(migratetype type);

} // namespace pagelab::mm
