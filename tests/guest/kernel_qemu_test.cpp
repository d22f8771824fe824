// Both guest kernels under QEMU: what they are and say on a PC we did not write.
#include <regex>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/guest/qemu_session.hpp"

using pagelab::QemuSession;

namespace {

constexpr std::string_view kPrompt = "/ # ";
constexpr int kPoweredOff = 2 * 0 + 1;
constexpr int kPanicked = 2 * 101 + 1;

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

std::vector<std::string> machine(std::string const& arch, std::string const& memory,
                                 std::string const& options = "", std::string const& cpu = "qemu64")
{
    return {"-M",      "pc",
            "-cpu",    cpu,
            "-m",      memory,
            "-append", options,
            "-kernel", PAGELAB_BUILD_DIR "/guestkernel/pagelab-" + arch + ".elf"};
}

// What a command prints, without its echo and the next prompt.
std::string ask(QemuSession& session, std::string const& line)
{
    session.type(line + "\r");
    auto const text = session.read_until(kPrompt);
    auto const echo_end = text.find('\n');
    if (!text.ends_with(kPrompt) || echo_end == text.npos)
        return "no prompt after: " + text;
    return text.substr(echo_end + 1, text.size() - kPrompt.size() - echo_end - 1);
}

// The sum of the numbers that follow `name` in a report.
unsigned long sum_of(std::string const& report, std::string const& name)
{
    std::regex const pattern(name + " +([0-9]+)");
    unsigned long sum = 0;
    for (std::sregex_iterator it(report.begin(), report.end(), pattern), end; it != end; ++it)
        sum += std::stoul((*it)[1]);
    return sum;
}

// Bytes in whole pages of the lines "start-end : System RAM".
unsigned long long system_ram(std::string const& iomem)
{
    std::regex const pattern("([0-9a-f]+)-([0-9a-f]+) : System RAM");
    unsigned long long bytes = 0;
    for (std::sregex_iterator it(iomem.begin(), iomem.end(), pattern), end; it != end; ++it) {
        auto const start = std::stoull((*it)[1], nullptr, 16);
        auto const stop = std::stoull((*it)[2], nullptr, 16) + 1;
        bytes += stop / 4096 * 4096 - (start + 4095) / 4096 * 4096;
    }
    return bytes;
}

std::string fault_report(std::string const& arch, std::string const& kind,
                         std::string const& cpu = "qemu64")
{
    QemuSession session(machine(arch, "64M", "oops=panic", cpu));
    session.read_until(kPrompt);
    session.type("fault " + kind + "\r");
    auto const text = session.read_to_end();
    CHECK(session.wait() == kPanicked);
    return text;
}

} // namespace

TEST_CASE("every size of memory boots, adds up, and survives a stress of the allocator")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const memory : {"16M", "128M", "896M", "897M", "4G"}) {
            CAPTURE(arch);
            CAPTURE(memory);
            QemuSession session(machine(arch, memory, "quiet"));
            CHECK(session.read_until(kPrompt) == kPrompt);
            auto const iomem = ask(session, "cat /proc/iomem");
            auto const zones = ask(session, "cat /proc/zoneinfo");
            CAPTURE(iomem);
            CHECK(sum_of(zones, " present") * 4096 == system_ram(iomem));
            CHECK(has(ask(session, "stress 2000 1"), " 0 bad frees, 0 pages lost\ncheck: ok"));
            session.type("poweroff\r");
            CHECK(session.wait() == kPoweredOff);
        }
    }
}

TEST_CASE("zones lie where Linux has them")
{
    if (!QemuSession::is_installed())
        return;
    QemuSession wide(machine("x86_64", "128M"));
    auto const wide_log = wide.read_until(kPrompt);
    CHECK(has(wide_log, "  DMA      [mem 0x0000000000001000-0x0000000000ffffff]\n"));
    CHECK(has(wide_log, "  DMA32    [mem 0x0000000001000000-0x0000000007fdffff]\n"));
    CHECK(has(wide_log, "  Normal   empty\n"));
    QemuSession narrow(machine("i686", "1G"));
    auto const narrow_log = narrow.read_until(kPrompt);
    CHECK(has(narrow_log, "  Normal   [mem 0x0000000001000000-0x0000000037ffffff]\n"));
    CHECK(has(narrow_log, "  HighMem  [mem 0x0000000038000000-0x000000003ffdffff]\n"));
}

TEST_CASE("faults are reported with their place, then fatal")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const null = fault_report(arch, "null");
        CAPTURE(null);
        CHECK(has(null, "BUG: kernel NULL pointer dereference, address: 0000"));
        CHECK(has(null, "#PF: error_code(0x0002) - not-present page\n"));
        CHECK(has(null, "IP: "));
        CHECK(has(null, "fault_null+0x"));
        CHECK(has(null, " run_fault+0x"));
        CHECK(has(null, " run_boot_thread+0x"));
        CHECK(has(null, "Kernel panic - not syncing: Fatal exception\n"));
        CHECK(has(fault_report(arch, "wp"), "#PF: error_code(0x0003) - permissions violation\n"));
        CHECK(has(fault_report(arch, "nx"), "#PF: error_code(0x0011) - permissions violation\n"));
        CHECK(has(fault_report(arch, "gp"), "general protection fault: fff8 [#1]\n"));
        CHECK(has(fault_report(arch, "ud"), "invalid opcode: 0000 [#1]\n"));
        CHECK(has(fault_report(arch, "div"), "divide error: 0000 [#1]\n"));
        auto const stack = fault_report(arch, "stack");
        CHECK(has(stack, "BUG: TASK stack guard page was hit at "));
        CHECK(has(stack, " fault_stack+0x"));
    }
}

TEST_CASE("SMEP and SMAP are on where the CPU has them; without NX the kernel says so")
{
    if (!QemuSession::is_installed())
        return;
    CHECK(has(fault_report("x86_64", "ud", "max"), "CR4: 00000000003000a0\n"));
    CHECK(has(fault_report("i686", "ud", "max"), "CR4: 003000a0\n"));
    for (std::string const arch : {"x86_64", "i686"}) {
        QemuSession session(machine(arch, "64M", "", "qemu64,-nx"));
        CHECK(has(session.read_until("\n"), "this CPU has no NX, which this kernel needs\n"));
    }
    QemuSession session(machine("x86_64", "64M", "", "qemu32"));
    CHECK(has(session.read_until("\n"), "this CPU has no long mode"));
}

TEST_CASE("noexec=off leaves NX off, and data can be executed")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        QemuSession session(machine(arch, "64M", "noexec=off"));
        auto const log = session.read_until(kPrompt);
        CHECK(
            has(log, "NX (Execute Disable) protection: disabled by kernel command line option\n"));
        CHECK(!has(ask(session, "fault nx"), "BUG"));
        CHECK(ask(session, "echo alive") == "alive\n");
        CHECK(has(fault_report(arch, "nx"), "#PF: error_code(0x0011)"));
    }
}

TEST_CASE("the console edits lines and knows what it does not know")
{
    if (!QemuSession::is_installed())
        return;
    QemuSession session(machine("i686", "64M", "loglevel=7 panic=exit"));
    session.read_until(kPrompt);
    CHECK(ask(session, "echo onf\x7f\x7fne  two") == "one two\n");
    CHECK(ask(session, "rubbish\x15"
                       "echo ok") == "ok\n");
    CHECK(ask(session, "frob") == "frob: not found\n");
    CHECK(ask(session, "") == "");
    CHECK(ask(session, "cat /proc/cmdline") == "loglevel=7 panic=exit\n");
    CHECK(ask(session, "cat /proc/nothing") ==
          "cat: can't open '/proc/nothing': No such file or directory\n");
    CHECK(has(ask(session, "dmesg -r"), "\n<6>[    0."));
    CHECK(has(ask(session, "alloc 3 dma"), " order 3 zone DMA\n"));
    CHECK(ask(session, "free 1") == "free: 1: not taken by alloc\n");
    session.type("poweroff 42\r");
    CHECK(session.wait() == 2 * 42 + 1);
}
