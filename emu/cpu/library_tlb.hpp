// How full the library's TLB is, to have it grow while the guest runs, and never shrink by our
// doing.
//
// The TLB of each privilege has 256 entries at first; a flush doubles one that is more than 70 %
// used (Unicorn 2.1, tlb_mmu_resize_locked in accel/tcg/cputlb.c). A guest that never flushes stays
// at 256, however many pages it uses, and each miss costs a hundred times a hit: so we flush for
// it, but not without end, as each translation of code goes through the whole TLB. A flush also
// shrinks a table that was less than 30 % used for 100 ms, down to 64 entries, where the few pages
// a loop is about may well share one: a flush of ours says first that it was used enough. Where the
// tables are: struct CPUTLB ends in an array of { mask, table }, one per privilege, just before the
// general registers, which translated code reads at fixed offsets from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "emu/cpu/tlb_layout.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

class LibraryTlb {
  public:
    // For an engine whose live general registers these are and whose TLB has just been flushed.
    // None if nothing there looks like it: the TLB then stays small.
    static std::optional<LibraryTlb> find(std::byte* registers);

    // Whether a flush now would make a table grow that we want larger. Looks at a sample.
    bool is_crowded() const;

    // Before a flush the guest did not ask for: no table will be smaller after it.
    void keep_size() const;

    std::span<std::byte> whole() const; // struct CPUTLB

    // The host's bytes of an aligned load by the table of this privilege. Null where more is to be
    // done than to load them: a miss, a watched page, a device.
    std::byte const* to_load(unsigned privilege, uint64_t linear, size_t size) const
    {
        tlb::Fast fast;
        std::memcpy(&fast, descriptors_ + privilege * sizeof fast, sizeof fast);
        size_t const index = linear / kPageSize & (fast.entries() - 1);
        tlb::Entry const& entry = fast.table[index];
        if (entry.read != (linear & ~(kPageSize - size)))
            return nullptr;
        return reinterpret_cast<std::byte const*>(linear + entry.addend);
    }

  private:
    explicit LibraryTlb(std::byte* descriptors) : descriptors_(descriptors) {}

    std::byte* descriptors_; // read anew each time: tables move when they grow
};

} // namespace pagelab::cpu
