// How full the library's TLB is, to have it grow while the guest runs.
//
// The TLB of each privilege has 256 entries at first; a flush doubles one that is more than 70 %
// used (Unicorn 2.1, tlb_mmu_resize_locked in accel/tcg/cputlb.c). A guest that never flushes stays
// at 256, however many pages it uses, and each miss costs a hundred times a hit: so we flush for
// it, but not without end, as each translation of code goes through the whole TLB. Where the tables
// are: struct CPUTLB ends in an array of { mask, table }, one per privilege, just before the
// general registers, which translated code reads at fixed offsets from there.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace pagelab::cpu {

class LibraryTlb {
  public:
    // For an engine whose live general registers these are and whose TLB has just been flushed.
    // None if nothing there looks like it: the TLB then stays small.
    static std::optional<LibraryTlb> find(std::byte* registers);

    // Whether a flush now would make a table grow that we want larger. Looks at a sample.
    bool is_crowded() const;

    std::span<std::byte> whole() const; // struct CPUTLB

  private:
    explicit LibraryTlb(std::byte* descriptors) : descriptors_(descriptors) {}

    std::byte* descriptors_; // read anew each time: tables move when they grow
};

} // namespace pagelab::cpu
