// What a compiled module wants, gives and says of itself, from its ELF symbols and .modinfo.
//
// Source: Linux 6.1 scripts/mod/modpost.c (read_symbols, get_modinfo).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::kbuild {

enum class ExportKind { Any, GplOnly };

struct Relocatable {
    std::vector<std::string> undefined;         // sorted; without weak ones
    std::map<std::string, ExportKind> exported; // by EXPORT_SYMBOL
    std::map<std::string, std::string> modinfo; // the last of each tag
    bool has_init = false;                      // init_module is defined
    bool has_exit = false;                      // cleanup_module is defined
};

// Errors: no file, no relocatable ELF file, no symbols.
Result<Relocatable> read_relocatable(std::filesystem::path const& file);

} // namespace pagelab::kbuild
