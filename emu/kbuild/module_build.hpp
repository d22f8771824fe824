// From one C file to a .ko, without make; and the way to make for a folder.
//
// What to compile with is in the build folder, guestkernel/kbuild: a response file of compiler
// flags for each architecture, the kernel's Module.symvers, and config.mk, whose lines
// "NAME := value" make reads, too. CMake writes them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::kbuild {

struct Toolchain {
    std::filesystem::path folder; // guestkernel/kbuild of the build folder
    std::string compiler;
    std::string linker;
};

// Errors: the kernels have not been built there.
Result<Toolchain> find_toolchain(std::filesystem::path const& kbuild_folder);

// "x86_64" or "i386", as Linux names architectures; i686 and amd64 are understood.
Result<std::string> linux_arch(std::string_view name);

// Compiles, checks and links `source` to `module`; other files made on the way are removed. The
// compiler's messages go to stderr.
Result<> build_module(Toolchain const& tools, std::string const& arch,
                      std::filesystem::path const& source, std::filesystem::path const& module);

// `make -C KBUILD M=FOLDER ARCH=ARCH modules`: every file is left in the folder.
Result<> make_modules(Toolchain const& tools, std::string const& arch,
                      std::filesystem::path const& folder);

} // namespace pagelab::kbuild
