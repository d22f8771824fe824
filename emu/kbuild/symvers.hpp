// Module.symvers: who exports what, a line each, as the kernel's build and modpost write it.
//
//   0x00000000 <tab> kfree <tab> vmlinux <tab> EXPORT_SYMBOL <tab>
//
// The kernel has no CONFIG_MODVERSIONS: all checksums are 0. Source: Linux 6.1
// Documentation/kbuild/modules.rst, scripts/mod/modpost.c (read_dump, write_dump).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emu/base/error.hpp"
#include "emu/kbuild/relocatable.hpp"

namespace pagelab::kbuild {

struct Exported {
    std::string module; // its path without ".ko", or "vmlinux"
    ExportKind kind;
};

using Symvers = std::map<std::string, Exported>; // by symbol

// Adds the lines of `text`; the error names the first line that is none.
Result<> add_symvers(Symvers& symbols, std::string_view text);

std::string format_symvers(Symvers const& symbols);

} // namespace pagelab::kbuild
