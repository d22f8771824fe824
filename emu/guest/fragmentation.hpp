// How far free memory is in pieces, as Linux counts it.
//
//   unusable index   of order n: the part of free memory in blocks too small for it
//   extfrag index    of order n, when no block is large enough: near 0 for want of memory, near 1
//                    for want of whole pieces; -1 while an allocation would succeed
//
// In thousandths, as debugfs' extfrag/{unusable_index,extfrag_index} round them. Source: Linux 6.1
// mm/vmstat.c (fill_contig_page_info, unusable_free_index, __fragmentation_index); M. Gorman, A.
// Whitcroft, "The What, The Why and the Where To of Anti-Fragmentation" (OLS 2006).
#pragma once

#include <cstdint>
#include <span>

namespace pagelab::guest {

// blocks: free ones of each order, from 0 on. Thousandths; -1000: there is a block.
int64_t extfrag_index(std::span<uint64_t const> blocks, unsigned order);
// Thousandths, 0 (none) to 1000 (all of it; also when nothing is free).
int64_t unusable_index(std::span<uint64_t const> blocks, unsigned order);

} // namespace pagelab::guest
