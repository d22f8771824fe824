// One page frame: what its struct page says, in words.
//
//   flags  |  node/zone  | ... |  PG_ bits  |      a tail page leads to its compound block's head;
//                                                  a page in a free block, to the block's first
//                                                  page
//
// Source: Linux 6.1 include/linux/page-flags.h, mm/debug.c (dump_page), mm/page_alloc.c.
#pragma once

#include <optional>
#include <string>

#include "emu/guest/page_map.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

struct PageInfo {
    Pfn pfn;
    VirtAddr page; // its struct page
    uint64_t flags = 0;
    std::string flag_names; // "slab|head"; empty: none
    int64_t refcount = 0;
    int64_t mapcount = 0; // as stored: one less than there are
    VirtAddr mapping;
    uint64_t index = 0;
    uint64_t private_word = 0;
    std::string zone;             // by the zones' spans; empty: in none
    std::optional<Pfn> head;      // of the compound block it is a page of
    unsigned compound_order = 0;  // of that
    std::optional<Pfn> free_head; // of the free block it is a page of
    unsigned free_order = 0;
};

// Fails if there is no struct page for this frame.
Result<PageInfo> read_page_info(KernelView const& view, PageMap const& pages,
                                std::vector<Zone> const& zones, Pfn pfn);

// "locked|slab|head" of the flags word, by the guest's own enumerators.
std::string page_flag_names(KernelView const& view, uint64_t flags);

} // namespace pagelab::guest
