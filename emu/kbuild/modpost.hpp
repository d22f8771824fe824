// modpost: the check between compiling and linking modules, and the source of what each needs to
// become a .ko.
//
// All modules that are built together are looked at together: one may use what another exports.
// That source, FOO.mod.c, has __this_module, the version magic and the modules FOO depends on.
//
// A module without a licence is warned of, not refused: it may be loaded, and taints the kernel.
// Source: Linux 6.1 scripts/mod/modpost.c, include/linux/license.h.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/kbuild/symvers.hpp"

namespace pagelab::kbuild {

struct ModuleObject {
    std::filesystem::path path; // FOO.o
    Relocatable contents;
};

struct ModpostResult {
    std::vector<std::string> warnings; // whole lines, as Linux words them
    std::vector<std::string> errors;   // with any, no module may be linked
    std::vector<std::string> sources;  // of FOO.mod.c, for each module
    Symvers exported;                  // what these modules export
};

// "foo_bar" of "a/foo-bar.o": Linux' KBUILD_MODNAME.
std::string module_name(std::filesystem::path const& object);

// `known`: what the kernel and modules built before export.
ModpostResult modpost(std::vector<ModuleObject> const& modules, Symvers const& known);

// Says the warnings and errors on stderr; the error: there were errors.
Result<> report(ModpostResult const& result);

// Errors: a file cannot be read, or is no such list.
Result<Symvers> read_symvers(std::vector<std::filesystem::path> const& files);

// Writes a file, unless it has this text already.
Result<> write_if_changed(std::filesystem::path const& path, std::string const& text);

// All of it for files: reads FOO.o, writes FOO.mod.c (only where it changes) and `symvers`, and
// says what is wrong on stderr. The error: there was something wrong.
Result<> modpost_files(std::vector<std::filesystem::path> const& objects,
                       std::vector<std::filesystem::path> const& known,
                       std::filesystem::path const& symvers);

} // namespace pagelab::kbuild
