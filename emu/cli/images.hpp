// Where the built images are, and reading of files the user names.
#pragma once

#include <filesystem>
#include <string_view>

#include "emu/base/host_memory.hpp"

namespace pagelab::cli {

// Built images lie beside the program: ../firmware and ../guestkernel from its folder.
std::filesystem::path firmware_path();
std::filesystem::path kernel_path(std::string_view arch); // "x86_64" or "i686"
std::filesystem::path kbuild_folder();                    // what modules are built with

// The whole file. Folders, unreadable and over-large (4 GiB) files are errors of one line.
Result<HostMemory> read_file(std::filesystem::path const& path);
// As much of it as booting it needs (load::needed_bytes).
Result<HostMemory> read_kernel(std::filesystem::path const& path);

} // namespace pagelab::cli
