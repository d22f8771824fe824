// A machine description in TOML, as in images/*.toml:
//
//   kernel = "path"        # relative to the file; or arch = "x86_64" for the built-in kernel
//   append = "loglevel=7"
//   initrd = ["a.cpio"]
//   [machine]
//   memory = "128M"
//   cpus = 1
//   cpu_model = "max"
//   lapic = true
//   [[e820]]               # the memory map the firmware starts from; default: from memory
//   address = 0x100000
//   size = 0x7ee0000
//   type = 1               # ACPI types: 1 usable, 2 reserved, 3 ACPI data, 4 NVS, 5 unusable
//
// Unknown keys are errors: a misspelt one should not pass for a default. Plain ASCII only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "emu/machine/config.hpp"

namespace pagelab::machine {

struct MachineFile {
    MachineConfig config;
    std::string arch;             // empty if not given
    std::filesystem::path kernel; // empty if not given
    std::string append;
    std::vector<std::filesystem::path> initrd;
};

// Errors name the file, and the line and column where there is one.
Result<MachineFile> read_machine_file(std::filesystem::path const& path);

} // namespace pagelab::machine
