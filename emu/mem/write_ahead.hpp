// WriteAhead: pages a guest is about to write to, asked of the host before it does.
//
// The host gives RAM a page at a time, for a fault each: in a virtual machine two or three
// microseconds, more than a guest takes to fill the page. Where two neighbours are written one
// after the other, a third will be; so the rest of their sixteen pages is then asked for at once,
// by madvise(2) with MADV_POPULATE_WRITE (Linux 5.14; before, nothing happens). Once for each
// sixteen: pages the host has given already are not asked for again.
//
//   | page | page | page | page | ... |     written: this one, then the next: the rest follows
//
// What is given ahead is zero, as it would be, and counts as touched (touched_pages.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "emu/mem/physical_memory.hpp"

namespace pagelab::mem {

class WriteAhead {
  public:
    explicit WriteAhead(PhysicalMemory const& memory);

    // The guest is about to write to this page, for the first time or not.
    void note(PhysAddr page)
    {
        bool const follows = page == last_ + kPageSize;
        last_ = page;
        if (follows && page.value / kRun < is_given_.size() && !is_given_[page.value / kRun])
            give(page);
    }

  private:
    static constexpr uint64_t kRun = 16 * kPageSize;

    void give(PhysAddr page);

    PhysicalMemory const& memory_;
    PhysAddr last_{~uint64_t{0} - 2 * kPageSize};
    std::vector<bool> is_given_; // by run
};

} // namespace pagelab::mem
