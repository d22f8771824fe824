// Every size of RAM boots, all of it lies in zones, and host and guest count the same free pages.
#include <doctest/doctest.h>

#include "emu/base/parse_size.hpp"
#include "emu/guest/buddyinfo.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

// The pages Linux counts as present: those wholly within a usable range, less page 0, which it
// reserves (arch/x86/kernel/e820.c: trim_bios_range, e820__memblock_setup).
uint64_t usable_pages(std::vector<Range> const& e820)
{
    uint64_t pages = 0;
    for (Range const& range : e820) {
        uint64_t const first = std::max<uint64_t>((range.first + 0xfff) >> 12, 1);
        uint64_t const end = (range.last + 1) >> 12;
        if (range.name == "usable" && end > first)
            pages += end - first;
    }
    return pages;
}

// RAM the firmware keeps for itself: the last KiB below 640 KiB, 384 KiB of video memory and
// adapters, and 128 KiB at the end of low RAM; and page 0, and the page the last KiB cuts.
constexpr uint64_t kNotPresent = (0x10'0000 - 0x9'f000 + 0x2'0000 + 0x1000) >> 12;

void check_zones(std::vector<ZoneReport> const& zones, std::string const& arch, uint64_t memory)
{
    std::vector<std::string> names;
    uint64_t end = 1;
    for (ZoneReport const& zone : zones) {
        names.push_back(zone.name);
        CHECK(zone.start_pfn >= end);
        CHECK(zone.spanned >= zone.present);
        CHECK(zone.present >= zone.managed);
        CHECK(zone.managed >= zone.free);
        CHECK(zone.free > 0);
        end = zone.start_pfn + zone.spanned;
    }
    std::vector<std::string> expected{"DMA", arch == "i686" ? "Normal" : "DMA32"};
    if (arch == "i686" && memory > (uint64_t{896} << 20) + 0x2'0000)
        expected.push_back("HighMem");
    if (arch == "x86_64" && memory >= uint64_t{4} << 30)
        expected.push_back("Normal");
    if (memory == 16 << 20)
        expected.pop_back();
    CHECK(names == expected);
}

void check_size(std::string const& arch, char const* size)
{
    CAPTURE(arch);
    CAPTURE(size);
    uint64_t const memory = parse_size(size).value();
    StoppedGuest guest(arch, memory,
                       {"dmesg", "cat /proc/zoneinfo", "cat /proc/buddyinfo", "check"});
    auto const zones = zones_of(answer_to(guest.console(), "cat /proc/zoneinfo"));
    check_zones(zones, arch, memory);

    uint64_t present = 0, free = 0;
    for (ZoneReport const& zone : zones) {
        present += zone.present;
        free += zone.free;
    }
    CHECK(present == usable_pages(e820_of(answer_to(guest.console(), "dmesg"))));
    CHECK(present == (memory >> 12) - kNotPresent);

    auto const report = guest.read_buddy();
    for (guest::Damage const& damage : report.damage)
        FAIL_CHECK(guest::to_string(damage));
    CHECK(report.free_pages() == free);
    uint64_t scanned = 0;
    for (guest::ZoneBuddy const& zone : report.zones)
        for (guest::FreeBlock const& block : zone.scanned)
            scanned += uint64_t{1} << block.order;
    CHECK(scanned == free);
    std::string const buddyinfo = answer_to(guest.console(), "cat /proc/buddyinfo");
    CHECK(guest::format_buddyinfo(report, guest::BuddySource::Lists) == buddyinfo);
    CHECK(guest::format_buddyinfo(report, guest::BuddySource::Scan) == buddyinfo);
}

} // namespace

TEST_CASE("x86_64 boots with any RAM from 16 MiB to 64 GiB")
{
    for (char const* size : {"16M", "128M", "896M", "897M", "1G", "4G", "8G", "64G"})
        check_size("x86_64", size);
}

TEST_CASE("x86_64: a struct page is 64 bytes, and 8 GiB cost 128 MiB of them")
{
    StoppedGuest guest("x86_64", uint64_t{8} << 30, {"cat /proc/zoneinfo"});
    CHECK(guest.types().size_of("page") == 64);
    uint64_t present = 0, managed = 0;
    for (ZoneReport const& zone : zones_of(answer_to(guest.console(), "cat /proc/zoneinfo"))) {
        present += zone.present;
        managed += zone.managed;
    }
    uint64_t const cost = (present * 64 + 0xfff) >> 12; // in pages
    CHECK(cost == (uint64_t{128} << 20 >> 12) - 2);     // 640 KiB are not there, and so on
    CHECK(present - managed >= cost);
    CHECK(present - managed < cost + 512); // the kernel and what it took at boot
}

TEST_CASE("i686 boots with any RAM from 16 MiB to 16 GiB")
{
    for (char const* size : {"16M", "128M", "896M", "897M", "1G", "4G", "16G"})
        check_size("i686", size);
}

TEST_CASE("the zones of 128 MiB are where Linux 6.1 has them")
{
    StoppedGuest guest("x86_64", 128 << 20, {"cat /proc/zoneinfo"});
    auto const zones = zones_of(answer_to(guest.console(), "cat /proc/zoneinfo"));
    REQUIRE(zones.size() == 2);
    CHECK(zones[0].name == "DMA");
    CHECK(zones[0].start_pfn == 0x1);
    CHECK(zones[0].start_pfn + zones[0].spanned == 0x1000);
    CHECK(zones[0].present == 3998);
    CHECK(zones[1].name == "DMA32");
    CHECK(zones[1].start_pfn == 0x1000);
    CHECK(zones[1].start_pfn + zones[1].spanned == 0x7fe0);
    CHECK(zones[1].present == 28640);
}

// struct page has 64 bytes on x86_64 (guestkernel/mm/page.hpp asserts it), one for each frame.
TEST_CASE("the struct pages of 8 GiB cost 128 MiB")
{
    constexpr uint64_t kStructPages = (uint64_t{8} << 30) / 4096 * 64 / 4096;
    constexpr uint64_t kRest = (uint64_t{16} << 20) / 4096; // kernel, page tables, bitmaps
    StoppedGuest guest("x86_64", uint64_t{8} << 30, {"cat /proc/zoneinfo"});
    uint64_t reserved = 0;
    for (ZoneReport const& zone : zones_of(answer_to(guest.console(), "cat /proc/zoneinfo")))
        reserved += zone.present - zone.managed;
    CHECK(kStructPages == (uint64_t{128} << 20) / 4096);
    CHECK(reserved >= kStructPages);
    CHECK(reserved < kStructPages + kRest);
}
