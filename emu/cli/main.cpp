// The program: a table of commands, and what is said when the arguments are not understood.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "emu/base/error.hpp"
#include "emu/cli/commands.hpp"

namespace {

constexpr char kDescription[] =
    "pagelab: a PC in software whose subject is memory.\n"
    "Boots kernels on emulated paging hardware and shows what they do with their memory.\n";

int run(int argc, char** argv)
{
    using namespace pagelab;
    CLI::App app(kDescription, "pagelab");
    app.require_subcommand(1);
    app.footer("pagelab COMMAND --help shows each command's options and examples.\n"
               "./pagelab test, of the entry script, builds and runs every test.\n");
    std::vector<std::pair<char const*, cli::Action>> const commands = {
        {"boot", cli::add_boot_command(app)},     {"shell", cli::add_shell_command(app)},
        {"demo", cli::add_demo_command(app)},     {"bench", cli::add_bench_command(app)},
        {"module", cli::add_module_command(app)},
    };
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const& request) {
        return app.exit(request);
    } catch (CLI::ParseError const& error) {
        std::string const reason = !app.get_subcommands().empty() ? error.what()
                                   : argc < 2                     ? "a command is needed"
                                              : fmt::format("no command '{}'", argv[1]);
        fmt::print(stderr, "pagelab: {} (try --help)\n", reason);
        return kExitBadUsage;
    }
    for (auto const& [name, action] : commands)
        if (app.got_subcommand(name))
            return action();
    return kExitBadUsage;
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv);
}
