// What must hold of every boot plan, whatever image it came from: said again, independently of the
// loaders, from the map of memory alone.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "emu/load/boot_plan.hpp"

namespace pagelab::test {

struct PlacedRange {
    char const* name;
    uint64_t start;
    uint64_t end; // exclusive
};

// Everything that comes to lie in RAM through the plan.
inline std::vector<PlacedRange> placed_ranges(load::BootPlan const& plan)
{
    std::vector<PlacedRange> ranges;
    auto const add = [&](char const* name, uint64_t start, size_t size) {
        if (size > 0)
            ranges.push_back({name, start, start + size});
    };
    add("kernel", plan.kernel_addr, plan.kernel_data.size());
    add("initrd", plan.initrd_addr, plan.initrd_data.size());
    add("cmdline", plan.cmdline_addr, plan.cmdline.size());
    if (plan.protocol == load::Protocol::Linux)
        add("setup", plan.setup_addr, plan.setup_data.size());
    for (auto const& placement : plan.direct)
        add("segment", placement.address.value, placement.bytes.size());
    return ranges;
}

// Empty if the plan is sound, else the first thing that is not.
inline std::string unsound(load::BootPlan const& plan, uint64_t low_ram)
{
    auto const ranges = placed_ranges(plan);
    bool entered = false;
    for (size_t i = 0; i < ranges.size(); i++) {
        auto const& range = ranges[i];
        bool const low = range.start >= 0x1'0000 && range.end <= 0x9'fc00;
        bool const high = range.start >= 0x10'0000 && range.end <= low_ram - (128 << 10);
        bool const multiboot_info = plan.protocol == load::Protocol::Multiboot &&
                                    range.start == 0x9500 && range.end == 0x9500 + 88;
        if (!(low && range.end <= low_ram) && !high && !multiboot_info)
            return fmt::format("{} {:#x}-{:#x} outside RAM", range.name, range.start, range.end);
        for (size_t j = 0; j < i; j++) {
            if (range.start < ranges[j].end && ranges[j].start < range.end)
                return fmt::format("{} {:#x}-{:#x} overlaps {}", range.name, range.start, range.end,
                                   ranges[j].name);
        }
        std::string_view const name = range.name;
        entered |= (name == "kernel" || name == "segment") && plan.kernel_entry >= range.start &&
                   plan.kernel_entry < range.end;
    }
    if (!entered)
        return fmt::format("entry {:#x} in nothing", plan.kernel_entry);
    return {};
}

// Whether an error message is what a user may be shown: one printable line, lower case first
// unless a name ("ELF") begins it, no full stop.
inline bool is_one_clear_line(std::string const& message)
{
    for (char const c : message) {
        if (c < 0x20 || c > 0x7e)
            return false;
    }
    return message.size() > 10 && message.size() < 200 && message[0] >= 'a' && message[0] <= 'z' &&
           message.back() != '.';
}

} // namespace pagelab::test
