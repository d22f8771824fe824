// vmalloc, kmap and stacks as a user sees them: commands, /proc/vmallocinfo, an overflow.
#include <regex>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

// The address at the start of an answer like "0xf8807000, 16 pages, ...".
std::string address_in(std::string const& answer)
{
    return answer.substr(0, answer.find(','));
}

} // namespace

TEST_CASE("an area comes with a guard page, shows in vmallocinfo, and waits after vfree")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const cat = "cat /proc/vmallocinfo";
        StoppedGuest first(arch, 128 << 20, {"vmalloc 64K"});
        std::string const area = address_in(answer_to(first.console(), "vmalloc 64K"));
        StoppedGuest guest(arch, 128 << 20,
                           {"vmalloc 64K", cat, "vfree " + area, cat, "vcheck", "vfree " + area});
        std::string const before = answer_to(guest.console(), cat);
        CHECK(std::regex_search(
            before, std::regex(area + R"(-0x[0-9a-f]+   69632 run_vmalloc\+0x[0-9a-f]+/0x[0-9a-f]+)"
                                      R"( pages=16 vmalloc( N0=16)?\n)")));
        std::string const after = answer_to(guest.console(), cat, 1);
        CHECK(std::regex_search(after,
                                std::regex(area + R"(-0x[0-9a-f]+   69632 unpurged vm_area\n)")));
        CHECK(answer_to(guest.console(), "vcheck") == "vmalloc: ok\nkmap: ok\npercpu: ok\n");
        CHECK(std::regex_search(answer_to(guest.console(), "vfree " + area, 1),
                                std::regex(R"(cut here \]-+\n\[.{12}\] Trying to vfree\(\) )"
                                           R"(nonexistent vm area \([0-9a-f]+\)\n\[.{12}\] )"
                                           R"(WARNING: CPU: 0 PID: 1 at kernel/vmalloc.cpp:\d+ )"
                                           R"(vfree\+)")));
    }
}

TEST_CASE("a high page is mapped in the pkmap window, a low one has its address already")
{
    StoppedGuest guest("i686", 1 << 30,
                       {"kmap 0x3ff00", "kmap 0x8000", "kunmap 0x3ff00", "vcheck"});
    CHECK(answer_to(guest.console(), "kmap 0x3ff00").starts_with("0xff0"));
    CHECK(answer_to(guest.console(), "kmap 0x8000").starts_with("0xc8000000: "));
    CHECK(answer_to(guest.console(), "kunmap 0x3ff00").empty());
    CHECK(answer_to(guest.console(), "vcheck") == "vmalloc: ok\nkmap: ok\npercpu: ok\n");
}

TEST_CASE("running over the end of a stack is reported as such")
{
    struct Kind {
        char const* arch;
        char const* command;
        char const* stack;
    };
    for (Kind const& kind :
         {Kind{"x86_64", "fault stack", "TASK"}, Kind{"x86_64", "fault irqstack", "IRQ"},
          Kind{"i686", "fault stack", "TASK"}, Kind{"i686", "fault irqstack", "IRQ"}}) {
        auto const run = run_program({"boot", "--arch", kind.arch, "--exec", kind.command});
        CAPTURE(run.out);
        CHECK(run.status == 101); // a panic, and no triple fault
        CHECK(std::regex_search(run.out,
                                std::regex("BUG: " + std::string(kind.stack) +
                                           R"( stack guard page was hit at [0-9a-f]+ \(stack is )"
                                           R"([0-9a-f]+\.\.[0-9a-f]+\))")));
        CHECK(run.out.find(" fault_stack+0x") != std::string::npos);
        CHECK(run.out.find("Kernel panic - not syncing: Fatal exception") != std::string::npos);
    }
}
