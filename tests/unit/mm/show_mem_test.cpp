#include "guestkernel/mm/show_mem.hpp"

#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

#include "guestkernel/lib/format.hpp"
#include "tests/unit/mm/reference.hpp"

namespace pagelab::mm {

namespace {

std::string printed;

environment listening_environment()
{
    environment env = kBareEnvironment;
    env.vprintk = [](log_level, char const* format, va_list arguments) {
        char text[2048];
        lib::vsnprintf(text, sizeof(text), format, arguments);
        printed += text;
    };
    return env;
}

using Numbers = std::map<std::string, long>;

// Every "name:number" of a text.
Numbers numbers_of(std::string const& text)
{
    static std::regex const kPair(R"(([a-z_()]+):\s?(\d+))");
    Numbers numbers;
    for (std::sregex_iterator i(text.begin(), text.end(), kPair), end; i != end; ++i)
        numbers[(*i)[1]] = std::stol((*i)[2]);
    return numbers;
}

void set_node(pglist_data& pgdat, Numbers const& pages, Numbers const& kib)
{
    struct {
        node_stat_item item;
        char const* name;
    } const counted[] = {
        {NR_ACTIVE_ANON, "active_anon"},
        {NR_INACTIVE_ANON, "inactive_anon"},
        {NR_SLAB_RECLAIMABLE_B, "slab_reclaimable"},
        {NR_SLAB_UNRECLAIMABLE_B, "slab_unreclaimable"},
        {NR_FILE_MAPPED, "mapped"},
        {NR_SHMEM, "shmem"},
        {NR_PAGETABLE, "pagetables"},
    };
    for (auto const& [item, name] : counted)
        pgdat.vm_stat[item] = pages.at(name);
    pgdat.vm_stat[NR_KERNEL_STACK_KB] = kib.at("kernel_stack");
}

void set_zone(zone& z, Numbers const& kib)
{
    auto const pages = [&](char const* name) {
        return static_cast<unsigned long>(kib.at(name) / 4);
    };
    z.vm_stat[NR_FREE_PAGES] = kib.at("free") / 4;
    z.vm_stat[NR_ZONE_ACTIVE_ANON] = kib.at("active_anon") / 4;
    z.vm_stat[NR_ZONE_INACTIVE_ANON] = kib.at("inactive_anon") / 4;
    z._watermark[WMARK_MIN] = pages("min");
    z._watermark[WMARK_LOW] = pages("low");
    z._watermark[WMARK_HIGH] = pages("high");
    z.present_pages = pages("present");
    z.managed_pages = pages("managed");
    z.per_cpu_pageset->count = static_cast<int>(kib.at("free_pcp") / 4);
}

// "5*4kB (UM) 0*8kB ...": a list is not empty where its letter stands.
void set_free_blocks(zone& z, std::string const& text)
{
    static std::regex const kOrder(R"((\d+)\*\d+kB (?:\(([A-Z]+)\) )?)");
    static list_head block;
    unsigned order = 0;
    for (std::sregex_iterator i(text.begin(), text.end(), kOrder), end; i != end; ++i, ++order) {
        struct free_area& area = z.free_area[order];
        area.nr_free = std::stoul((*i)[1]);
        for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
            bool const has = (*i)[2].str().find("UMEHI"[type]) != std::string::npos;
            area.free_list[type].next = has ? &block : &area.free_list[type];
        }
    }
    REQUIRE(order == MAX_ORDER);
}

zone& zone_in(pglist_data& pgdat, std::string const& name)
{
    for (zone& z : pgdat.node_zones) {
        if (z.name != nullptr && name == z.name)
            return z;
    }
    FAIL("no zone ", name);
    std::abort();
}

void parse_sysrq_m(pglist_data& pgdat, std::string const& text)
{
    static std::regex const kZone(R"(^(?:Node 0 )?(\w+) free:.*)");
    static std::regex const kBlocks(R"(^(?:Node 0 )?(\w+): (.*)= \d+kB$)");
    std::istringstream lines(text);
    std::smatch match;
    Numbers node;
    zone* z = nullptr;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, kZone)) {
            z = &zone_in(pgdat, match[1]);
            set_zone(*z, numbers_of(line));
        } else if (line.starts_with("lowmem_reserve[]:")) {
            std::istringstream words(line.substr(17));
            for (long* reserve = z->lowmem_reserve; words >> *reserve;)
                reserve++;
        } else if (std::regex_match(line, match, kBlocks)) {
            set_free_blocks(zone_in(pgdat, match[1]), match[2]);
        } else if (line.starts_with("Node 0 active_anon")) {
            node = numbers_of(line);
        } else if (line.ends_with("total pagecache pages")) {
            pgdat.vm_stat[NR_FILE_PAGES] = std::stol(line);
        }
    }
    set_node(pgdat, numbers_of(text.substr(0, text.find("Node 0 "))), node);
}

} // namespace

TEST_CASE("Linux' numbers print as Linux' text: sysrq-m")
{
    environment const env = listening_environment();
    for (std::string const machine :
         {"amd64-128", "amd64-4096", "686pae-128", "686pae-2048", "686pae-4096"}) {
        CAPTURE(machine);
        pglist_data pgdat;
        init_empty_node(pgdat, machine);
        pgdat.env = &env;
        auto const text = read_reference(machine, "sysrq-m");
        parse_sysrq_m(pgdat, text);
        pgdat.movable_zone = pgdat.layout->highmem;
        printed.clear();
        show_mem(pgdat);
        CHECK(printed == text);
    }
}

} // namespace pagelab::mm
