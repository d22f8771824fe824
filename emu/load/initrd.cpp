// Size first, then place, then copy: nothing is allocated that does not fit.
#include "emu/load/initrd.hpp"

#include <algorithm>

#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::load {

namespace {

constexpr uint64_t round_up_to_word(uint64_t size)
{
    return (size + 3) & ~uint64_t{3};
}

// Each module but the last is padded.
uint64_t joined_size(std::span<Module const> modules)
{
    uint64_t size = 0;
    for (auto const& module : modules)
        size = round_up_to_word(size) + module.bytes.size();
    return size;
}

} // namespace

Result<> place_initrd(BootPlan& plan, std::span<Module const> modules, PhysAddr kernel_end,
                      PhysAddr limit)
{
    uint64_t const size = joined_size(modules);
    if (size == 0)
        return {};
    auto const lowest = std::max(kernel_end, PhysAddr(memory_map::kHighRam));
    bool const fits = limit >= lowest && size <= limit - lowest;
    auto const address = fits ? (limit - size).page_start() : limit;
    if (!fits || address < lowest)
        return fail("an initial RAM disk of {} bytes does not fit between {:#x} and {:#x}", size,
                    lowest.value, limit.value);

    plan.initrd_addr = static_cast<uint32_t>(address.value);
    for (auto const& module : modules) {
        plan.initrd_data.resize(round_up_to_word(plan.initrd_data.size()));
        plan.initrd_data.insert(plan.initrd_data.end(), module.bytes.begin(), module.bytes.end());
    }
    return {};
}

} // namespace pagelab::load
