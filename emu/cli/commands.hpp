// The commands of the program: each declares its options on a CLI11 subcommand and returns what
// to do when it is chosen. One file per command; the table is in main.cpp.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace pagelab::cli {

using Action = std::function<int()>; // returns the exit status

Action add_boot_command(CLI::App& app);
Action add_shell_command(CLI::App& app);
Action add_demo_command(CLI::App& app);
Action add_bench_command(CLI::App& app);
Action add_module_command(CLI::App& app);

} // namespace pagelab::cli
