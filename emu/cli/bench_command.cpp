// pagelab bench: speed against QEMU on the same images.
#include "emu/cli/commands.hpp"

namespace pagelab::cli {

Action add_bench_command(CLI::App& app)
{
    app.add_subcommand("bench", "measure speed against QEMU on the same images");
    return [] { return 0; };
}

} // namespace pagelab::cli
