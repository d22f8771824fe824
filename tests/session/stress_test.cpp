// The host against the guest in the midst of a run: at random points of random traffic, what the
// guest reports of its memory is what the host computes from the raw bytes of that memory.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/session_stress
#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "emu/guest/buddyinfo.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/vmap.hpp"
#include "tests/session/live_guest.hpp"

namespace pagelab::session {

namespace {

constexpr unsigned kPoints = 30;
constexpr unsigned kMaxSteps = 4000; // between two of them

unsigned chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10))
                           : std::random_device{}();
}

template<class T>
T required(Result<T> result)
{
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return std::move(*result);
}

// The numbers after each `key` of the report.
std::vector<uint64_t> numbers_after(std::string_view key, std::string const& report)
{
    std::vector<uint64_t> numbers;
    for (size_t at = 0; (at = report.find(key, at)) != std::string::npos; at += key.size())
        numbers.push_back(std::strtoull(report.c_str() + at + key.size(), nullptr, 10));
    return numbers;
}

void compare_buddy(guest::KernelView const& kernel, std::string const& buddyinfo,
                   std::string const& zoneinfo)
{
    auto const report = required(guest::read_buddy(kernel));
    for (guest::Damage const& damage : report.damage)
        FAIL_CHECK(guest::to_string(damage));
    CHECK(guest::format_buddyinfo(report, guest::BuddySource::Lists) == buddyinfo);
    CHECK(guest::format_buddyinfo(report, guest::BuddySource::Scan) == buddyinfo);
    std::vector<uint64_t> counted;
    for (guest::ZoneBuddy const& zone : report.zones) {
        if (zone.zone.present != 0)
            counted.push_back(zone.listed_pages());
    }
    CHECK(counted == numbers_after("nr_free_pages ", zoneinfo));
}

void compare_kept(guest::KernelView const& kernel, std::string const& zoneinfo)
{
    auto const report = required(guest::read_pcp(kernel));
    for (guest::Damage const& damage : report.damage)
        FAIL_CHECK(guest::to_string(damage));
    std::vector<uint64_t> kept;
    for (guest::CpuPages const& pages : report.sets)
        kept.push_back(pages.listed);
    CHECK(kept == numbers_after(" count: ", zoneinfo));
}

void compare_areas(guest::KernelView const& kernel, std::string const& vmallocinfo)
{
    auto const report = required(guest::read_vmap(kernel));
    for (guest::Damage const& damage : report.damage)
        FAIL_CHECK(guest::to_string(damage));
    auto const symbols = required(guest::Kallsyms::read(kernel));
    CHECK(required(guest::format_vmallocinfo(kernel, report, symbols)) == vmallocinfo);
}

// SLOB has no slabinfo. Of the memory it is said to have, its own pages are a part: larger objects
// are blocks without a mark.
void compare_slabs(guest::KernelView const& kernel, std::string const& slabinfo,
                   std::string const& meminfo)
{
    auto const report = required(guest::read_slabs(kernel));
    for (guest::Damage const& damage : report.damage)
        FAIL_CHECK(guest::to_string(damage));
    if (!report.heap) {
        CHECK(guest::format_slabinfo(report) == slabinfo);
        return;
    }
    CHECK(report.heap->pages > 0);
    CHECK(report.heap->pages <= report.heap->scanned_pages);
    CHECK(report.heap->scanned_pages * 4 <= numbers_after("\nSlab: ", meminfo).at(0));
}

void compare(LiveGuest& guest)
{
    std::string const buddyinfo = guest.ask("cat /proc/buddyinfo");
    std::string const zoneinfo = guest.ask("cat /proc/zoneinfo");
    std::string const vmallocinfo = guest.ask("cat /proc/vmallocinfo");
    std::string const slabinfo = guest.ask("cat /proc/slabinfo");
    std::string const meminfo = guest.ask("cat /proc/meminfo");
    cli::HostView const view(guest.machine(), guest.types());
    compare_buddy(view.kernel(), buddyinfo, zoneinfo);
    compare_kept(view.kernel(), zoneinfo);
    compare_areas(view.kernel(), vmallocinfo);
    compare_slabs(view.kernel(), slabinfo, meminfo);
}

void run_traffic(std::string const& arch, uint64_t memory, std::string const& allocator)
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed, " ", arch, " ", allocator);
    std::mt19937 random(seed);
    LiveGuest guest(arch, memory, "quiet slab_allocator=" + allocator);
    for (unsigned point = 0; point < kPoints; point++) {
        CAPTURE(point);
        auto const said = guest.ask(fmt::format("churn {} {}", 1 + random() % kMaxSteps, random()));
        CHECK(said.find(" 0 damaged") != std::string::npos);
        compare(guest);
    }
    CHECK(guest.ask("churn 0").find(" 0 damaged") != std::string::npos);
    compare(guest);
    CHECK(guest.ask("check").find("check: ok") == 0);
}

} // namespace

TEST_CASE("guest and host agree at every point of a run")
{
    for (char const* allocator : {"slub", "slab", "slob"}) {
        run_traffic("x86_64", 128ull << 20, allocator);
        run_traffic("i686", 1200ull << 20, allocator);
    }
}

} // namespace pagelab::session
