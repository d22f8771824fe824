// Reading what a guest printed: answers to commands, and the numbers in Linux' reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pagelab::session {

std::vector<std::string> lines_of(std::string const& text);
// Those lines that contain `part`.
std::vector<std::string> lines_with(std::string const& text, std::string_view part);

// What the guest printed after `command` was typed at its prompt, up to the next prompt; empty if
// it was not typed. `nth` tells repeated commands apart, from 0.
std::string answer_to(std::string const& console, std::string const& command, unsigned nth = 0);

// An address range with inclusive end, as E820 messages and /proc/iomem print it.
struct Range {
    uint64_t first = 0;
    uint64_t last = 0;
    std::string name; // "usable", "System RAM"
    bool operator==(Range const&) const = default;
};

std::vector<Range> e820_of(std::string const& dmesg);
// /proc/iomem's outermost ranges of this name.
std::vector<Range> iomem_ranges(std::string const& iomem, std::string_view name);

struct ZoneReport { // pages
    std::string name;
    uint64_t start_pfn = 0;
    uint64_t spanned = 0, present = 0, managed = 0, free = 0;
};

// /proc/zoneinfo's zones that have memory.
std::vector<ZoneReport> zones_of(std::string const& zoneinfo);

} // namespace pagelab::session
