// The E820 map the firmware reports, computed from the RAM the machine says it has.
//
// A pure function of bytes: it runs on the host under the tests as it does in the ROM. All input
// is tolerated: overlapping, unsorted, empty or wrapping ranges, too many of them.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/e820.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::firmware {

// Sorted ranges that neither overlap nor touch a neighbour of the same type. When there is no room
// for one more, the highest is left out: what the map does not name, nobody uses.
class MemoryMap {
  public:
    E820Entry const* begin() const { return entries_; }
    E820Entry const* end() const { return entries_ + count_; }
    uint32_t count() const { return count_; }

    // [address, address + size) gets this type, whatever it was. A range is cut at 2^64.
    void set(uint64_t address, uint64_t size, uint32_t type);
    // [address, address + size) is not memory.
    void clear(uint64_t address, uint64_t size);

    // Whether all of [address, address + size) is usable RAM.
    bool is_usable(uint64_t address, uint64_t size) const;
    // End of the usable range that holds the address, or the address itself if none does.
    uint64_t usable_end(uint64_t address) const;

  private:
    void insert(uint32_t at, E820Entry const& entry);
    void remove(uint32_t at);
    void join_with_next(uint32_t at);

    E820Entry entries_[memory_map::kMaxE820Entries] = {};
    uint32_t count_ = 0;
};

// The map of a PC whose RAM and reserved ranges are `given` (as in QEMU's "etc/e820").
// Below 1 MiB the layout is the firmware's own. The last 128 KiB of RAM below 4 GiB are reserved
// as SeaBIOS does, unless `given` already has something reserved directly behind that RAM. All
// other ranges of `given` are kept; where they overlap, what is not RAM wins.
MemoryMap build_memory_map(E820Entry const* given, uint32_t count);

// The same for a machine that only tells sizes, in its CMOS: RAM from 1 MiB in KiB, from 16 MiB in
// 64 KiB units (0 if there is less), and above 4 GiB in 64 KiB units.
MemoryMap build_memory_map(uint32_t kib_above_1m, uint32_t units_above_16m,
                           uint32_t units_above_4g);

} // namespace pagelab::firmware
