// The options of `pagelab boot`, which other commands share, and the machine they describe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "emu/base/host_memory.hpp"
#include "emu/load/boot_plan.hpp"
#include "emu/machine/snapshot_file.hpp"

namespace pagelab::cli {

struct BootOptions {
    std::string image; // kernel or machine.toml; empty: the built-in kernel of arch
    std::string arch;  // of the built-in kernel; empty: as the description says, else x86_64
    std::optional<std::string> memory;
    std::optional<unsigned> cpus;
    std::optional<uint64_t> seed;
    std::optional<std::string> cpu_model;
    std::string append;
    std::vector<std::string> initrd; // FILE or FILE,ARGUMENTS
    std::vector<std::string> inject;
    std::vector<std::string> modules; // FILE or FILE,NAME=VALUE,...
    std::vector<std::string> files;
    std::string restore; // a snapshot instead of all the above
    std::vector<std::string> exec;
    std::optional<double> timeout_seconds;
    std::string save; // where to leave one at the end
    std::string stats;
    std::string gdb; // [HOST]:PORT; empty: none
    bool break_on_panic = false;
};

// Declares the options on a subcommand; `options` must outlive it.
void add_boot_options(CLI::App& command, BootOptions& options);

// What is needed to make the machine, any number of times.
struct BootSetup {
    machine::MachineConfig config;
    HostMemory firmware;
    HostMemory kernel;
    std::filesystem::path kernel_file;
    std::vector<HostMemory> initrd;
    std::vector<std::pair<std::string, HostMemory>> files; // by fw_cfg name
    std::vector<std::string> insmod_lines;                 // to type once the guest is up
    load::BootRequest request;                             // its spans refer to the memory above
    std::optional<machine::SavedMachine> saved;            // stands for all of it
};

// The guest finds the file by its last name (guestkernel/kernel/host_files.hpp).
Result<> lend_file(std::filesystem::path const& path, BootSetup& setup);

// Reads every file the options name. The result must not be moved from where it is made.
Result<std::unique_ptr<BootSetup>> prepare_boot(BootOptions const& options);

// A machine, powered on, with everything in place; or where the saved one stood.
Result<std::unique_ptr<machine::Machine>> make_machine(BootSetup const& setup,
                                                       machine::Attendant& attendant);

} // namespace pagelab::cli
