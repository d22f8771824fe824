// pagelab boot: run an image to its end.
#include <chrono>

#include <unistd.h>

#include "emu/cli/boot_options.hpp"
#include "emu/cli/commands.hpp"
#include "emu/cli/run_report.hpp"
#include "emu/gdb/server.hpp"
#include "emu/cli/shell_host.hpp"

namespace pagelab::cli {

namespace {

constexpr char kExamples[] = R"(
Examples:
  pagelab boot                                     the x86_64 kernel, 128 MiB, console here
  pagelab boot --arch i686 --mem 2G --exec 'cat /proc/buddyinfo'
  pagelab boot /boot/memtest86+x64.bin --mem 64M --append console=ttyS0,115200 --timeout 60
  pagelab boot --sysrq m                           the Mem-Info report, as by BREAK and m
  pagelab boot --module a.ko,nr_structs=1000 --exec 'rmmod a' --exec dmesg
  pagelab boot --gdb :1234                         then, in gdb: target remote :1234
  pagelab boot --exec 'stress 100000 7' --save busy.snap
  pagelab boot --restore busy.snap --exec 'cat /proc/buddyinfo'
  pagelab boot images/pc-4g-x86_64.toml --exec 'cat /proc/iomem' --stats run.json

On a terminal Ctrl-A is an escape: Ctrl-A b sends BREAK, Ctrl-A x ends the run, Ctrl-A h helps,
Ctrl-A Ctrl-A sends Ctrl-A. The same in --exec lines and on a pipe.

Exit status: the guest's own (what it writes to port 0xf4), 124 after --timeout, 125 for a bad
image or bad usage, 126 for a triple fault.
)";

// Ctrl-C, Ctrl-A c and --break-on-panic open the shell; leaving it ends the run.
Result<machine::Outcome> run_with_shell(machine::Machine& machine, machine::Recorder& recorder,
                                        CommandLineAttendant& attendant, BootSetup const& setup,
                                        BootOptions const& options)
{
    bool const is_person = options.exec.empty() && isatty(STDIN_FILENO) != 0;
    if (!is_person && !options.break_on_panic)
        return machine.run();
    shell::Target target(machine, setup.kernel_file);
    ConsoleRunner runner(machine, recorder, attendant, is_person);
    shell::Session session(target, &runner, stdout);
    if (options.break_on_panic)
        TRY(session.read("break panic"));
    auto const outcome = TRY(
        runner.run([](machine::Machine& it) { return it.run(); }, shell::Runner::Waiting::GoesOn));
    bool const by_key = attendant.end() == EndOfRun::Shell;
    if (outcome != machine::Outcome::Stopped && !by_key)
        return outcome;
    target.moved();
    fmt::print("\n");
    if (auto const shown = session.execute("cpu"); !shown)
        fmt::print(stderr, "{}\n", shown.error().message);
    converse(session);
    return machine::Outcome::Interrupted;
}

// The run as a GDB wants it that is waited for at the address.
Result<machine::Outcome> run_for_gdb(machine::Machine& machine, std::string const& address,
                                     std::string const& arch, machine::Recorder& recorder,
                                     gdb::AttentiveAttendant& attendant)
{
    fmt::print(stderr, "pagelab: waiting for gdb at {}\n", address);
    auto connection = TRY(gdb::accept_gdb(address));
    auto const architecture = arch == "i686" ? gdb::Architecture::I386 : gdb::Architecture::X86_64;
    return gdb::serve_gdb(machine, architecture, attendant, &recorder, std::move(connection));
}

Result<> save_at_end(std::string const& file, machine::Machine& machine, machine::Outcome outcome,
                     machine::Surroundings const& surroundings)
{
    if (outcome != machine::Outcome::Interrupted)
        return fail("'{}' is not written: the guest has ended", file);
    return machine::write_snapshot(file, machine, surroundings);
}

int run_boot(BootOptions const& options)
{
    auto const started = std::chrono::steady_clock::now();
    auto const setup = prepare_boot(options);
    if (!setup) {
        fmt::print(stderr, "pagelab: {}\n", setup.error().message);
        return setup.error().exit_status;
    }
    AttendantOptions attendance;
    attendance.first = (*setup)->insmod_lines;
    attendance.exec = options.exec;
    if (!options.save.empty())
        attendance.at_end = AtEnd::Leave;
    attendance.timeout_seconds = options.timeout_seconds;
    CommandLineAttendant attendant(attendance);
    std::string gdb_address = options.gdb; // of the first start
    while (true) {
        machine::Recorder recorder(attendant);
        gdb::AttentiveAttendant attentive(recorder);
        auto const made = make_machine(**setup, attentive);
        if (!made) {
            fmt::print(stderr, "pagelab: {}\n", made.error().message);
            return made.error().exit_status;
        }
        machine::Machine& machine = **made;
        recorder.attach(machine);
        if ((*setup)->saved && (*setup)->saved->surroundings.awaited)
            recorder.guest_waits();
        std::string const address = std::exchange(gdb_address, "");
        auto const ran = address.empty()
                             ? run_with_shell(machine, recorder, attendant, **setup, options)
                             : run_for_gdb(machine, address, options.arch, recorder, attentive);
        if (!ran) {
            fmt::print(stderr, "pagelab: {}\n", ran.error().message);
            return ran.error().exit_status;
        }
        machine::Outcome const outcome = *ran;
        attendant.flush();
        if (outcome == machine::Outcome::Reset)
            continue; // a PC starts again; a restored one where it was saved
        explain_outcome(outcome, machine, attendant);
        if (!options.save.empty()) {
            auto const saved = save_at_end(options.save, machine, outcome,
                                           {(*setup)->kernel_file.string(), recorder.is_awaited()});
            if (!saved) {
                fmt::print(stderr, "pagelab: {}\n", saved.error().message);
                return saved.error().exit_status;
            }
        }
        if (!options.stats.empty()) {
            std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - started;
            if (auto written = write_statistics(options.stats, machine, wall.count()); !written) {
                fmt::print(stderr, "pagelab: {}\n", written.error().message);
                return written.error().exit_status;
            }
        }
        return exit_status(outcome, machine, attendant);
    }
}

} // namespace

Action add_boot_command(CLI::App& app)
{
    auto options = std::make_shared<BootOptions>();
    CLI::App& command = *app.add_subcommand("boot", "boot an image and give it a console");
    add_boot_options(command, *options);
    // At once, so that lines and keys stay in the order in which they are given.
    command
        .add_option_function<std::string>(
            "--exec", [&exec = options->exec](std::string const& line) { exec.push_back(line); },
            "type a line at the guest's console, then poweroff; repeatable")
        ->trigger_on_parse();
    command
        .add_option_function<std::string>(
            "--sysrq",
            [&exec = options->exec](std::string const& key) {
                exec.push_back({kEscapeKey, kBreakKey, key.front()});
            },
            "send BREAK and this key, as SysRq, in its turn among the lines; repeatable")
        ->check([](std::string const& text) {
            return text.size() == 1 ? std::string() : fmt::format("'{}' is not one key", text);
        })
        ->trigger_on_parse();
    command
        .add_option("--timeout", options->timeout_seconds, "end the run after this many seconds")
        ->check([](std::string const& text) {
            double seconds = 0;
            bool const valid =
                CLI::detail::lexical_cast(text, seconds) && seconds > 0 && seconds < 1e9;
            return valid ? std::string() : fmt::format("'{}' is not a number of seconds", text);
        });
    command.add_option("--gdb", options->gdb,
                       "wait for gdb at [HOST]:PORT, before the first instruction; without HOST "
                       "only this machine can connect");
    command.add_flag("--break-on-panic", options->break_on_panic,
                     "open the debugger shell where the kernel panics");
    command.add_option("--save", options->save,
                       "leave a snapshot in this file when all lines are typed, for --restore");
    command.add_option("--stats", options->stats, "write counts and times to this JSON file");
    command.footer(kExamples);
    return [options] { return run_boot(*options); };
}

} // namespace pagelab::cli
