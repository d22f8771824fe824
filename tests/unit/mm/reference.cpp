// Text to data, strictly: a line that is not understood is an error of the test.
#include "tests/unit/mm/reference.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "guestkernel/mm/pageblock.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::mm {

namespace {

std::vector<std::string> words_of(std::string line)
{
    for (char& c : line) {
        if (c == ',' || c == '(' || c == ')')
            c = ' ';
    }
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

unsigned zone_index(pglist_data const& pgdat, std::string const& name)
{
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        if (name == pgdat.layout->names[i])
            return i;
    }
    throw std::runtime_error("no zone " + name);
}

template<class Item>
bool set_stat(std::string const& name, long value, char const* (*name_of)(Item), int count,
              long* stats)
{
    for (int i = 0; i < count; i++) {
        if (name == name_of(static_cast<Item>(i))) {
            stats[i] = value;
            return true;
        }
    }
    return false;
}

// A line of zoneinfo after its zone's first.
void parse_zone_line(pglist_data& pgdat, zone& z, std::vector<std::string> const& words)
{
    std::string const& key = words.front();
    long const value =
        std::stol(words.back() == "stats" || words.back() == "pagesets" ? "0" : words.back());
    auto const pages = static_cast<unsigned long>(value);
    if (key == "min")
        z._watermark[WMARK_MIN] = pages;
    else if (key == "low")
        z._watermark[WMARK_LOW] = pages;
    else if (key == "high")
        z._watermark[WMARK_HIGH] = pages;
    else if (key == "boost")
        z.watermark_boost = pages;
    else if (key == "spanned")
        z.spanned_pages = pages;
    else if (key == "present")
        z.present_pages = pages;
    else if (key == "managed")
        z.managed_pages = pages;
    else if (key == "start_pfn:")
        z.zone_start_pfn = pages;
    else if (key == "count:")
        z.per_cpu_pageset->count = static_cast<int>(value);
    else if (key == "high:")
        z.per_cpu_pageset->high = static_cast<int>(value);
    else if (key == "batch:")
        z.per_cpu_pageset->batch = static_cast<int>(value);
    else if (key == "vm")
        z.per_cpu_zonestats->stat_threshold = static_cast<signed char>(value);
    else if (key == "protection:") {
        for (size_t i = 1; i < words.size(); i++)
            z.lowmem_reserve[i - 1] = std::stol(words[i]);
    } else if (key != "per-node" && key != "pages" && key != "pagesets" && key != "cpu:" &&
               key != "cma" && key != "node_unreclaimable:") {
        bool const known =
            set_stat(key, value, zone_stat_name, NR_VM_ZONE_STAT_ITEMS, z.vm_stat) ||
            set_stat(key, value, numa_stat_name, NR_VM_NUMA_EVENT_ITEMS, z.vm_numa_event) ||
            set_stat(key, value, node_stat_name, NR_VM_NODE_STAT_ITEMS, pgdat.vm_stat);
        if (!known)
            throw std::runtime_error("unknown line " + key);
    }
}

} // namespace

std::string read_reference(std::string const& machine, std::string const& report)
{
    std::ifstream in(std::string(PAGELAB_SOURCE_DIR "/tests/unit/mm/data/") + machine + "." +
                     report);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (text.empty())
        throw std::runtime_error("no reference " + machine + "." + report);
    return text;
}

zone_layout const& layout_of(std::string const& machine)
{
    return machine.starts_with("amd64") ? kZoneLayout64 : kZoneLayout32;
}

void init_empty_node(pglist_data& pgdat, std::string const& machine)
{
    struct ZoneOfCpu {
        per_cpu_pages pages;
        per_cpu_zonestat stats;
    };
    static std::vector<std::unique_ptr<ZoneOfCpu>> arena;
    pgdat = {};
    pgdat.layout = &layout_of(machine);
    pgdat.env = &kBareEnvironment;
    pgdat.nr_online_cpus = 1;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone& z = pgdat.node_zones[i];
        z.name = pgdat.layout->names[i];
        z.zone_pgdat = &pgdat;
        arena.push_back(std::make_unique<ZoneOfCpu>());
        per_cpu_pages_init(arena.back()->pages);
        z.per_cpu_pageset = &arena.back()->pages;
        z.per_cpu_zonestats = &arena.back()->stats;
    }
}

void parse_buddyinfo(pglist_data& pgdat, std::string const& text)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        auto const words = words_of(line); // Node 0 zone NAME counts
        zone& z = pgdat.node_zones[zone_index(pgdat, words.at(3))];
        z.present_pages = 1;
        for (unsigned order = 0; order < MAX_ORDER; order++)
            z.free_area[order].nr_free = std::stoul(words.at(4 + order));
    }
}

void parse_zoneinfo(pglist_data& pgdat, std::string const& text)
{
    std::istringstream lines(text);
    zone* z = nullptr;
    for (std::string line; std::getline(lines, line);) {
        auto const words = words_of(line);
        if (words.at(0) == "Node")
            z = &pgdat.node_zones[zone_index(pgdat, words.at(3))];
        else
            parse_zone_line(pgdat, *z, words);
    }
}

void parse_vmstat(pglist_data& pgdat, std::string const& text)
{
    zone& z = pgdat.node_zones[0];
    std::istringstream lines(text);
    std::string name;
    for (long value; lines >> name >> value;) {
        if (set_stat(name, value, zone_stat_name, NR_VM_ZONE_STAT_ITEMS, z.vm_stat) ||
            set_stat(name, value, numa_stat_name, NR_VM_NUMA_EVENT_ITEMS, z.vm_numa_event) ||
            set_stat(name, value, node_stat_name, NR_VM_NODE_STAT_ITEMS, pgdat.vm_stat))
            continue;
        for (unsigned i = 0; i < NR_VM_EVENT_ITEMS; i++) {
            char const* const known = vm_event_name(*pgdat.layout, i);
            char const* const suffix = vm_event_suffix(*pgdat.layout, i);
            if (known != nullptr && name == std::string(known) + (suffix ? suffix : ""))
                pgdat.vm_event[i] = static_cast<unsigned long>(value);
        }
    }
}

meminfo parse_meminfo(std::string const& text)
{
    meminfo info = {};
    info.has_highmem = text.find("HighTotal") != text.npos;
    std::istringstream lines(text);
    int item = 0;
    for (std::string line; std::getline(lines, line); item++) {
        if (item == MEM_HIGH_TOTAL && !info.has_highmem)
            item = MEM_SWAP_TOTAL;
        info.value[item] = std::stoull(line.substr(line.find(':') + 1));
    }
    if (item != NR_MEMINFO_ITEMS)
        throw std::runtime_error("other lines in meminfo");
    return info;
}

std::vector<pagetype_counts> parse_pagetypeinfo(pglist_data& pgdat, std::string const& text)
{
    std::vector<pagetype_counts> counts(pgdat.layout->nr_zones);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        auto const words = words_of(line);
        if (words.empty() || words[0] != "Node")
            continue;
        unsigned const i = zone_index(pgdat, words.at(3));
        pgdat.node_zones[i].present_pages = 1;
        if (words.at(4) != "type") {
            for (unsigned type = 0; type < MIGRATE_TYPES; type++)
                counts[i].blocks[type] = std::stoul(words.at(4 + type));
            continue;
        }
        for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
            if (words.at(5) != migratetype_name(static_cast<migratetype>(type)))
                continue;
            for (unsigned order = 0; order < MAX_ORDER; order++)
                counts[i].free[type][order] = std::stoul(words.at(6 + order));
        }
    }
    return counts;
}

std::vector<iomem_line> parse_iomem(std::string const& text)
{
    std::vector<iomem_line> result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        size_t const indent = line.find_first_not_of(' ');
        size_t const dash = line.find('-');
        size_t const colon = line.find(" : ");
        result.push_back({std::stoull(line.substr(indent, dash - indent), nullptr, 16),
                          std::stoull(line.substr(dash + 1, colon - dash - 1), nullptr, 16),
                          line.substr(colon + 3), static_cast<unsigned>(indent / 2)});
    }
    return result;
}

std::vector<E820Entry> parse_e820(std::string const& text)
{
    std::vector<E820Entry> map;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        size_t const at = line.find("0x");
        size_t const dash = line.find('-', at);
        uint64_t const start = std::stoull(line.substr(at, dash - at), nullptr, 16);
        uint64_t const last = std::stoull(line.substr(dash + 1), nullptr, 16);
        bool const usable = line.ends_with("usable");
        map.push_back({start, last - start + 1, usable ? kE820Usable : kE820Reserved});
    }
    return map;
}

} // namespace pagelab::mm
