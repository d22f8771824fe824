// pagelab demo: both kernels, their reports, and the host's own view of the same memory.
#include "emu/cli/commands.hpp"

namespace pagelab::cli {

Action add_demo_command(CLI::App& app)
{
    app.add_subcommand("demo", "boot both kernels and compare their reports with raw memory");
    return [] { return 0; };
}

} // namespace pagelab::cli
