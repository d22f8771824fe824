// Line by line, by the words Linux prints.
#include "tests/session/transcript.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <sstream>

namespace pagelab::session {

std::vector<std::string> lines_of(std::string const& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

std::vector<std::string> lines_with(std::string const& text, std::string_view part)
{
    auto lines = lines_of(text);
    std::erase_if(lines, [&](std::string const& line) { return !line.contains(part); });
    return lines;
}

std::string answer_to(std::string const& console, std::string const& command, unsigned nth)
{
    std::string const prompt = "/ # ";
    std::string const typed = prompt + command + "\n";
    size_t at = console.find(typed);
    for (; nth > 0 && at != std::string::npos; nth--)
        at = console.find(typed, at + 1);
    if (at == std::string::npos)
        return {};
    size_t const from = at + typed.size();
    return console.substr(from, console.find(prompt, from) - from);
}

std::vector<Range> e820_of(std::string const& dmesg)
{
    std::vector<Range> ranges;
    for (auto const& line : lines_with(dmesg, "BIOS-e820: [mem ")) {
        Range range;
        int name_at = 0;
        if (std::sscanf(line.c_str() + line.find("[mem "), "[mem %" SCNx64 "-%" SCNx64 "] %n",
                        &range.first, &range.last, &name_at) != 2)
            continue;
        range.name = line.substr(line.find("[mem ") + static_cast<size_t>(name_at));
        ranges.push_back(range);
    }
    return ranges;
}

std::vector<Range> iomem_ranges(std::string const& iomem, std::string_view name)
{
    std::vector<Range> ranges;
    for (auto const& line : lines_of(iomem)) {
        Range range;
        int name_at = 0;
        if (line.starts_with(' ') || std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " : %n",
                                                 &range.first, &range.last, &name_at) != 2)
            continue;
        range.name = line.substr(static_cast<size_t>(name_at));
        if (range.name == name)
            ranges.push_back(range);
    }
    return ranges;
}

std::vector<ZoneReport> zones_of(std::string const& zoneinfo)
{
    std::vector<ZoneReport> zones;
    for (auto const& line : lines_of(zoneinfo)) {
        char name[16];
        if (std::sscanf(line.c_str(), "Node 0, zone %15s", name) == 1)
            zones.push_back({.name = name});
        if (zones.empty())
            continue;
        ZoneReport& zone = zones.back();
        std::sscanf(line.c_str(), " spanned %" SCNu64, &zone.spanned);
        std::sscanf(line.c_str(), " present %" SCNu64, &zone.present);
        std::sscanf(line.c_str(), " managed %" SCNu64, &zone.managed);
        std::sscanf(line.c_str(), " nr_free_pages %" SCNu64, &zone.free);
        std::sscanf(line.c_str(), " start_pfn: %" SCNu64, &zone.start_pfn);
    }
    std::erase_if(zones, [](ZoneReport const& zone) { return zone.present == 0; });
    return zones;
}

} // namespace pagelab::session
