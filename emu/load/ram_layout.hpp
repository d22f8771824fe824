// Where in physical memory an image may be placed.
//
// Two regions: below the extended BIOS data area, except what the firmware keeps for itself; and
// from 1 MiB to what the firmware reserves at the end of low RAM. The numbers are those of
// guestkernel/abi/machine/memory_map.hpp; the firmware checks against the same.
#pragma once

#include <cstdint>
#include <string>

#include "guestkernel/abi/address.hpp"

namespace pagelab::load {

// Guest physical bytes [start, start + size). Neither field is trusted: the sum may wrap, so only
// a range that a RamLayout holds may be asked for its end.
struct PhysRange {
    PhysAddr start;
    uint64_t size = 0;

    constexpr PhysAddr end() const { return start + size; }
    constexpr bool holds(PhysAddr address) const { return address - start < size; }
    constexpr bool holds(PhysRange inner) const
    {
        return inner.start >= start && inner.start - start <= size &&
               inner.size <= size - (inner.start - start);
    }
    constexpr bool overlaps(PhysRange other) const
    {
        return size > 0 && other.size > 0 && (holds(other.start) || other.holds(start));
    }
};

class RamLayout {
  public:
    // low_ram: bytes of RAM from address 0 on, without a gap, below 4 GiB.
    explicit RamLayout(uint64_t low_ram);

    // Whether the whole range lies in one of the regions.
    bool holds(PhysRange range) const { return low_.holds(range) || high_.holds(range); }
    // The region from 1 MiB on; empty on a machine that small.
    PhysRange high() const { return high_; }
    // "0x10000-0x9fbff and 0x100000-0x7fdffff", for messages.
    std::string describe() const;

  private:
    PhysRange low_;
    PhysRange high_;
};

} // namespace pagelab::load
