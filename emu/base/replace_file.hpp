// replace_file: a file's whole contents at once, or not at all.
//
// Written beside it under another name, then given its name (rename(2) is atomic): whoever is
// killed on the way, whoever reads meanwhile, has the old file or the new one.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <span>

#include "emu/base/error.hpp"

namespace pagelab {

// The pieces, one after the other, are on the disk when this returns. After an Error, which says
// why, the old file is as it was and nothing is left beside it.
Result<> replace_file(std::filesystem::path const& file,
                      std::initializer_list<std::span<std::byte const>> pieces);

} // namespace pagelab
