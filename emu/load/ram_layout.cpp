// The two regions, from the size of RAM.
#include "emu/load/ram_layout.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::load {

using namespace memory_map;

namespace {

PhysRange between(uint64_t start, uint64_t end)
{
    return {PhysAddr(start), end > start ? end - start : 0};
}

std::string describe_range(PhysRange range)
{
    return fmt::format("{:#x}-{:#x}", range.start.value, range.end().value - 1);
}

} // namespace

RamLayout::RamLayout(uint64_t low_ram)
    : low_(between(kImagesStart, std::min<uint64_t>(low_ram, kExtendedBiosData))),
      high_(between(kHighRam, std::min(low_ram, kFlashReserve) -
                                  std::min(std::min(low_ram, kFlashReserve), kTopReserve)))
{
}

std::string RamLayout::describe() const
{
    if (low_.size == 0)
        return "nowhere";
    if (high_.size == 0)
        return describe_range(low_);
    return describe_range(low_) + " and " + describe_range(high_);
}

} // namespace pagelab::load
