// The naive model of the page allocator: which pages are held, one bit for each, and by whom.
//
// It catches what an allocator must never do: give a page twice, give one that is not memory or of
// a zone that was not asked for, or give a block that is not aligned to its size.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

// Pages of a zone, or of all zones, that nobody holds: free ones and those each CPU keeps at hand.
unsigned long nr_available(mm::zone const& z);
unsigned long nr_available(mm::pglist_data const& node);

struct held_block {
    mm::page* first;
    unsigned order;
};

class page_model {
  public:
    // Takes room for `max_blocks` held blocks and a bit for every page from the test's scratch.
    page_model(context& t, unsigned max_blocks);

    bool is_ready() const { return held_ != nullptr && bits_ != nullptr; }
    unsigned nr_held() const { return nr_held_; }
    unsigned long pages_held() const { return pages_held_; }

    // A request as a client makes it. Null if it was refused.
    mm::page* allocate(mm::gfp_t gfp, unsigned order);
    void release(unsigned index);
    void release_any();
    void release_all();

  private:
    enum class mark { kHeld, kFree };

    // Fails the test if a page of the block has the mark already.
    void set(held_block const& block, mark to);
    void examine(held_block const& block, mm::gfp_t gfp);

    context& t_;
    held_block* held_;
    unsigned max_held_;
    unsigned nr_held_ = 0;
    unsigned long pages_held_ = 0;
    unsigned long nr_pages_; // of the node, from pfn 0
    unsigned long* bits_;
};

} // namespace pagelab::selftest
