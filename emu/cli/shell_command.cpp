// pagelab shell: boots as `boot` does, then lets the user look at the machine's memory.
#include "emu/cli/boot_options.hpp"
#include "emu/cli/commands.hpp"
#include "emu/cli/images.hpp"
#include "emu/cli/run_report.hpp"
#include "emu/cli/shell_host.hpp"
#include "emu/core/core_file.hpp"

namespace pagelab::cli {

namespace {

constexpr char kExamples[] = R"(
Examples:
  pagelab shell --mem 4G                           boot, then a prompt: help lists the commands
  pagelab shell --arch i686 -c buddyinfo -c 'walk $rip'
  pagelab shell --module a.ko -c 'guest lsmod' --json | jq .
  pagelab shell -x FILE                            the commands of a file, then the end
  pagelab shell --restore busy.snap                what `boot --save` or `save -f` wrote
  pagelab shell --core guest.core -c buddyinfo     what `core guest.core` wrote

Exit status: 0, 1 when a command of -c or -x failed, else as boot's.
)";

struct ShellOptions {
    BootOptions boot;
    std::vector<std::string> commands;
    std::string script;
    std::string core;
    bool at_reset = false;
    bool json = false;
};

int serve(shell::Session& session, ShellOptions const& options)
{
    session.use_json(options.json);
    if (options.commands.empty() && options.script.empty()) {
        converse(session);
        return 0;
    }
    auto const status = run_batch(session, options.script, options.commands);
    if (!status)
        fmt::print(stderr, "pagelab: {}\n", status.error().message);
    return status ? *status : status.error().exit_status;
}

// --core: the image argument is the kernel whose types are wanted, by default our own.
int inspect_core(ShellOptions const& options)
{
    auto core = core::read_core(options.core);
    if (!core) {
        fmt::print(stderr, "pagelab: {}\n", core.error().message);
        return core.error().exit_status;
    }
    char const* const arch = core->width == core::Width::Bits32 ? "i686" : "x86_64";
    auto const kernel =
        options.boot.image.empty() ? kernel_path(arch) : std::filesystem::path(options.boot.image);
    shell::Target target(core->memory, core->cpus, kernel);
    shell::Session session(target, nullptr, stdout);
    return serve(session, options);
}

int run_shell(ShellOptions const& options)
{
    if (!options.core.empty())
        return inspect_core(options);
    auto const setup = prepare_boot(options.boot);
    if (!setup) {
        fmt::print(stderr, "pagelab: {}\n", setup.error().message);
        return setup.error().exit_status;
    }
    AttendantOptions attendance;
    attendance.first = (*setup)->insmod_lines;
    attendance.exec = options.boot.exec;
    attendance.at_end = AtEnd::Leave;
    attendance.use_stdin = false;
    attendance.stream = options.json ? stderr : stdout;
    CommandLineAttendant attendant(attendance);
    machine::Recorder recorder(attendant);
    auto const made = make_machine(**setup, recorder);
    if (!made) {
        fmt::print(stderr, "pagelab: {}\n", made.error().message);
        return made.error().exit_status;
    }
    machine::Machine& machine = **made;
    recorder.attach(machine);
    bool const is_restored = (*setup)->saved.has_value();
    if (is_restored && (*setup)->saved->surroundings.awaited)
        recorder.guest_waits();
    std::string boot_output; // dmesg has it
    if (!options.at_reset && !(is_restored && options.boot.exec.empty())) {
        if (options.boot.exec.empty())
            attendant.capture(&boot_output);
        auto const outcome = machine.run();
        attendant.capture(nullptr);
        attendant.flush();
        if (outcome != machine::Outcome::Interrupted)
            explain_outcome(outcome, machine, attendant);
    }
    shell::Target target(machine, (*setup)->kernel_file);
    bool const is_person = options.commands.empty() && options.script.empty();
    ConsoleRunner runner(machine, recorder, attendant, is_person);
    shell::Session session(target, &runner, stdout);
    return serve(session, options);
}

} // namespace

Action add_shell_command(CLI::App& app)
{
    auto options = std::make_shared<ShellOptions>();
    CLI::App& command = *app.add_subcommand("shell", "boot an image and inspect its memory");
    add_boot_options(command, options->boot);
    command.add_option("--exec", options->boot.exec,
                       "type a line at the guest's console before the shell opens; repeatable");
    command.add_option("-c,--command", options->commands, "run a command of the shell; repeatable")
        ->allow_extra_args(false);
    command.add_option("-x,--script", options->script, "run the commands of a file");
    command.add_option(
        "--core", options->core,
        "inspect a core file (of `core`, or QEMU's dump-guest-memory), not a machine");
    command.add_flag("--at-reset", options->at_reset, "open at the reset vector, not after boot");
    command.add_flag("--json", options->json, "commands print JSON, and the guest on stderr");
    command.footer(kExamples);
    return [options] { return run_shell(*options); };
}

} // namespace pagelab::cli
