// WalkTrace: the entries a translation read, from the root down, and what the CPU makes of them.
//
// The walk keeps it anyway: it is how the debugger shows a translation, how a triple fault is
// explained, and the list of accessed and dirty flags to set. The walk itself writes nothing.
#pragma once

#include <array>
#include <cstdint>

#include "emu/base/check.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::mmu {

inline constexpr unsigned kMaxLevels = 5;

struct WalkStep {
    PhysAddr entry;       // where the entry is
    uint64_t raw = 0;     // as read; 32-bit entries zero-extended
    uint64_t updated = 0; // with the flags the CPU sets (SDM volume 3, section 4.8)
    unsigned level = 0;   // 5 PML5 .. 1 page table

    bool needs_update() const { return raw != updated; }
};

class WalkTrace {
  public:
    explicit WalkTrace(unsigned bytes = 8) : entry_bytes(bytes) {}

    // An entry as read, not yet updated. In place: a copied step would stall the walk.
    void push(PhysAddr entry, uint64_t raw, unsigned level)
    {
        ENSURE(size_ < kMaxLevels, "walk of more than {} levels", kMaxLevels);
        WalkStep& step = steps_[size_++];
        step.entry = entry;
        step.raw = raw;
        step.updated = raw;
        step.level = level;
    }

    WalkStep const* begin() const { return steps_.data(); }
    WalkStep const* end() const { return steps_.data() + size_; }
    unsigned size() const { return size_; }
    bool empty() const { return size_ == 0; } // no paging, or a non-canonical address

    // The entry the walk ended at: the leaf, or the one that faulted. Not of an empty trace.
    WalkStep& last()
    {
        ENSURE(size_ != 0, "last step of an empty walk");
        return steps_[size_ - 1];
    }
    WalkStep const& last() const { return const_cast<WalkTrace*>(this)->last(); }

    unsigned entry_bytes; // 4 in 32-bit paging, else 8: the width of reads and updates

  private:
    std::array<WalkStep, kMaxLevels> steps_;
    unsigned size_ = 0;
};

} // namespace pagelab::mmu
