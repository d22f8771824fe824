// Both guest kernels on several CPUs of QEMU's: that they come up, tick, and answer.
//
// "sockets=N": SeaBIOS' MP table names one processor of each package.
#include <regex>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/guest/qemu_session.hpp"

using pagelab::QemuSession;

namespace {

constexpr std::string_view kPrompt = "/ # ";

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

std::vector<std::string> machine(std::string const& arch, std::string const& cpus,
                                 std::string const& options = "")
{
    return {"-M",      "pc",
            "-m",      "128M",
            "-smp",    cpus + ",sockets=" + cpus,
            "-append", options,
            "-kernel", PAGELAB_BUILD_DIR "/guestkernel/pagelab-" + arch + ".elf"};
}

// All that is printed up to the first prompt.
std::string boot_log(std::string const& arch, std::string const& cpus,
                     std::string const& options = "")
{
    QemuSession session(machine(arch, cpus, options));
    return session.read_until(kPrompt);
}

} // namespace

TEST_CASE("all CPUs are brought up, and said so as Linux does")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const two = boot_log(arch, "2");
        CAPTURE(two);
        CHECK(has(two, "smpboot: Allowing 2 CPUs, 0 hotplug CPUs\n"));
        CHECK(has(two, " nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:1\n"));
        CHECK(has(two, "smp: Bringing up secondary CPUs ...\n"));
        CHECK(has(two, "x86: Booting SMP configuration:\n"));
        CHECK(has(two, "] .... node  #0, CPUs:      #1\n"));
        CHECK(has(two, "smp: Brought up 1 node, 2 CPUs\n"));
        CHECK(has(boot_log(arch, "4"), "] .... node  #0, CPUs:      #1 #2 #3\n"));
        auto const sixteen = boot_log(arch, "16");
        CHECK(has(sixteen,
                  "CPUs:        #1  #2  #3  #4  #5  #6  #7  #8  #9 #10 #11 #12 #13 #14 #15\n"));
        CHECK(has(sixteen, "smp: Brought up 1 node, 16 CPUs\n"));
    }
}

TEST_CASE("our own firmware's table names all processors, whatever package they are in")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto arguments = machine(arch, "4");
        arguments[5].assign(1, '4'); // a plain "4" has GCC 12 see a copy of 2^63 bytes
        arguments.insert(arguments.end(), {"-bios", PAGELAB_BUILD_DIR "/firmware/pagelab.rom"});
        QemuSession session(arguments);
        auto const log = session.read_until(kPrompt);
        CHECK(has(log, "found SMP MP-table at [mem 0x0009ffd0-0x0009ffdf]\n"));
        CHECK(has(log, "smp: Brought up 1 node, 4 CPUs\n"));
    }
}

TEST_CASE("calls reach every CPU, and a shootdown takes from each what it would have kept")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const cpus : {"2", "4", "16"}) {
            CAPTURE(arch);
            CAPTURE(cpus);
            QemuSession session(machine(arch, cpus, "quiet selftest=smp"));
            auto const text = session.read_to_end();
            CAPTURE(text);
            CHECK(session.wait() == 1);
            CHECK(has(text, "  ok 1 calls\n"));
            CHECK(has(text, "  ok 2 tlb_shootdown\n"));
            CHECK(has(text, "  ok 3 tlb_keeps_what_is_not_flushed\n"));
        }
    }
}

TEST_CASE("threads on all CPUs call, flush and take pages at once")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        QemuSession session(machine(arch, "4", "quiet selftest=smp_threads selftest_steps=4000"));
        auto const text = session.read_to_end();
        CAPTURE(text);
        CHECK(session.wait() == 1);
        CHECK(has(text, "\nok 1 smp_threads\n"));
    }
}

TEST_CASE("a panic ends all CPUs")
{
    if (!QemuSession::is_installed())
        return;
    constexpr int kPanicked = 2 * 101 + 1;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        QemuSession session(machine(arch, "4"));
        session.read_until(kPrompt);
        session.type("panic\r");
        CHECK(has(session.read_to_end(), "---[ end Kernel panic - not syncing: asked for "));
        CHECK(session.wait() == kPanicked);
        QemuSession halted(machine(arch, "4", "panic=halt"));
        halted.read_until(kPrompt);
        halted.type("panic\r");
        CHECK(has(halted.read_until(" ]---\n"), "---[ end Kernel panic - not syncing: asked for "));
    }
}

TEST_CASE("/proc/interrupts has a column, and /proc/cpuinfo a block, for each CPU")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        QemuSession session(machine(arch, "3", "quiet"));
        session.read_until(kPrompt);
        session.type("cat /proc/interrupts /proc/cpuinfo\r");
        auto const text = session.read_until(kPrompt);
        CAPTURE(text);
        CHECK(has(text, "\n           CPU0       CPU1       CPU2       \n"));
        CHECK(std::regex_search(text, std::regex("LOC: +[0-9]+ +[0-9]+ +[0-9]+   Local timer ")));
        for (std::string const cpu : {"0", "1", "2"})
            CHECK(std::regex_search(
                text, std::regex("\nprocessor\t: " + cpu + "\n(.*\n)*?apicid\t\t: " + cpu + "\n")));
        CHECK(has(text, "\nflags\t\t: fpu "));
        CHECK(!has(text, "processor\t: 3\n"));
    }
}

TEST_CASE("maxcpus=, nr_cpus= and nosmp leave CPUs asleep")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const three = boot_log(arch, "4", "maxcpus=3");
        CHECK(has(three, "smpboot: Allowing 4 CPUs, 0 hotplug CPUs\n"));
        CHECK(has(three, "smp: Brought up 1 node, 3 CPUs\n"));
        CHECK(has(boot_log(arch, "4", "nr_cpus=2"), "smp: Brought up 1 node, 2 CPUs\n"));
        for (std::string const option : {"nosmp", "maxcpus=0"}) {
            auto const one = boot_log(arch, "4", option);
            CHECK(has(one, " nr_cpu_ids:1 "));
            CHECK(!has(one, "smp: Br"));
        }
    }
}
