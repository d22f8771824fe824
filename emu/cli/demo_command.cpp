// pagelab demo: both kernels, their reports, and the host's own view of the same memory.
#include "emu/cli/boot_options.hpp"
#include "emu/cli/commands.hpp"
#include "emu/cli/host_view.hpp"
#include "emu/cli/run_report.hpp"
#include "emu/guest/buddyinfo.hpp"

namespace pagelab::cli {

namespace {

constexpr char kPrompt[] = "/ # ";
constexpr char kBuddyinfo[] = "cat /proc/buddyinfo";
constexpr double kTimeoutSeconds = 120;
constexpr char kExamples[] = R"(
Examples:
  pagelab demo                x86_64 with 128 MiB, then i686 with 2 GiB

Exit status: 0 if guest and host agree.
)";

// What the guest printed after this command was typed, up to the next prompt.
std::string answer_to(std::string const& console, std::string const& command)
{
    std::string const typed = kPrompt + command + "\n";
    size_t const start = console.find(typed);
    if (start == std::string::npos)
        return {};
    size_t const from = start + typed.size();
    return console.substr(from, console.find(kPrompt, from) - from);
}

int fail_demo(Error const& error)
{
    fmt::print(stderr, "pagelab: {}\n", error.message);
    return error.exit_status;
}

// The host's count of every free list against what the guest printed of itself.
int compare_views(machine::Machine& machine, BootSetup const& setup, std::string const& console)
{
    auto const report = read_buddy(machine, setup.kernel_file);
    if (!report)
        return fail_demo(report.error());
    std::string const by_list = guest::format_buddyinfo(*report, guest::BuddySource::Lists);
    std::string const by_scan = guest::format_buddyinfo(*report, guest::BuddySource::Scan);
    fmt::print("\n--- the host's view, from raw guest memory: free lists walked\n{}", by_list);
    fmt::print("--- the same, from every struct page\n{}", by_scan);
    for (guest::Damage const& damage : report->damage)
        fmt::print("damage: {}\n", guest::to_string(damage));
    bool const same =
        report->agrees() && by_list == by_scan && by_list == answer_to(console, kBuddyinfo);
    fmt::print("--- guest and host {}agree: the host counts {} free pages\n", same ? "" : "DO NOT ",
               report->free_pages());
    return same ? 0 : 1;
}

int show(std::string_view arch, std::string_view memory)
{
    fmt::print("\n=== {} with {} of RAM\n", arch, memory);
    std::fflush(stdout);
    BootOptions options;
    options.arch = arch;
    options.memory = memory;
    auto const setup = prepare_boot(options);
    if (!setup)
        return fail_demo(setup.error());
    std::string console;
    AttendantOptions attendance;
    attendance.exec = {"cat /proc/iomem", "cat /proc/zoneinfo", kBuddyinfo};
    attendance.timeout_seconds = kTimeoutSeconds;
    attendance.at_end = AtEnd::Leave;
    attendance.capture = &console;
    CommandLineAttendant attendant(attendance);
    auto const machine = make_machine(**setup, attendant);
    if (!machine)
        return fail_demo(machine.error());
    auto const outcome = (*machine)->run();
    fmt::print("{}", console);
    if (outcome != machine::Outcome::Interrupted || attendant.end() != EndOfRun::InputOver) {
        explain_outcome(outcome, **machine, attendant);
        return exit_status(outcome, **machine, attendant);
    }
    return compare_views(**machine, **setup, console);
}

} // namespace

Action add_demo_command(CLI::App& app)
{
    app.add_subcommand("demo", "boot both kernels and compare their reports with raw memory")
        ->footer(kExamples);
    return [] {
        int const first = show("x86_64", "128M");
        int const second = show("i686", "2G");
        return first != 0 ? first : second;
    };
}

} // namespace pagelab::cli
