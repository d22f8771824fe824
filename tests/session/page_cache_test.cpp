// The page cache and reclaim as a user sees them: commands, /proc, the reports when memory is out.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

// The number behind a name in a report like meminfo or vmstat.
long value_of(std::string const& report, std::string const& name)
{
    size_t const at = report.find("\n" + name);
    REQUIRE(at != std::string::npos);
    return std::stol(report.substr(at + name.size() + 1));
}

} // namespace

TEST_CASE("a file that is read stays in the page cache until it is dropped")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const meminfo = "cat /proc/meminfo";
        StoppedGuest guest(arch, 128 << 20,
                           {meminfo, "pagecache fill 32M", meminfo, "pagecache fill 32M",
                            "echo 3 > /proc/sys/vm/drop_caches", meminfo, "check"});
        auto const before = answer_to(guest.console(), meminfo);
        auto const filled = answer_to(guest.console(), meminfo, 1);
        auto const dropped = answer_to(guest.console(), meminfo, 2);
        CHECK(value_of(before, "Cached:") == 0);
        CHECK(value_of(filled, "Cached:") == 32768);
        CHECK(value_of(filled, "Inactive(file):") == 32768);
        CHECK(value_of(filled, "MemFree:") < value_of(before, "MemFree:") - 32768);
        CHECK(value_of(dropped, "Cached:") == 0);
        CHECK(answer_to(guest.console(), "pagecache fill 32M", 1) ==
              "pagecache: 8192 pages: 8192 found, 0 read in, 0 damaged\n");
        CHECK(answer_to(guest.console(), "check").starts_with("check: ok"));
    }
}

TEST_CASE("a file larger than memory is written, and kswapd leaves the zones balanced")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        StoppedGuest guest(arch, 64 << 20, {"pagecache write 256M", "check", "cat /proc/vmstat"});
        CHECK(answer_to(guest.console(), "pagecache write 256M") ==
              "pagecache: 65536 pages: 0 found, 65536 read in, 0 damaged\n");
        CHECK(answer_to(guest.console(), "check").starts_with("check: ok"));
        auto const vmstat = answer_to(guest.console(), "cat /proc/vmstat");
        CHECK(value_of(vmstat, "pgsteal_direct") > 40'000);
        CHECK(value_of(vmstat, "pgsteal_kswapd") > 0);
        CHECK(value_of(vmstat, "allocstall_movable") > 0);
        CHECK(value_of(vmstat, "nr_written") ==
              value_of(vmstat, "pgsteal_direct") + value_of(vmstat, "pgsteal_kswapd"));
        CHECK(value_of(vmstat, "pageoutrun") == 1);
    }
}

TEST_CASE("when memory is out the log says so as Linux does")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::vector<std::string> commands(8, "alloc 10");
        for (unsigned order = 9; order >= 2; order--)
            commands.insert(commands.end(), 4, "alloc " + std::to_string(order));
        commands.insert(commands.end(), {"dmesg", "check"});
        StoppedGuest guest(arch, 32 << 20, commands);
        auto const log = answer_to(guest.console(), "dmesg");
        CHECK(log.find("alloc invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=") !=
              std::string::npos);
        CHECK(log.find("alloc: page allocation failure: order:") != std::string::npos);
        CHECK(log.find("] Mem-Info:\n") != std::string::npos);
        CHECK(log.find("Out of memory and no killable processes...\n") != std::string::npos);
        CHECK(answer_to(guest.console(), "check").starts_with("check: ok"));
    }
}
