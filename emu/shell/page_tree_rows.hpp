// Page tables as a tree of rows: documents, and their text.
#pragma once

#include "emu/mem/physical_memory.hpp"
#include "emu/mmu/paging_mode.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

struct TreeRows {
    Json rows = Json::array(); // a table's entries before those below them
    bool more = false;         // than the cap
};

TreeRows read_tree_rows(mmu::Context const& context, mem::PhysicalMemory const& memory,
                        uint64_t cap);

std::string tree_text(Json const& rows);

} // namespace pagelab::shell
