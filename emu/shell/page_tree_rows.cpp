// Rows of the tree reader, named; indented by depth.
#include "emu/shell/page_tree_rows.hpp"

#include "emu/mmu/entry_view.hpp"
#include "emu/mmu/page_tree.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

Json row_json(mmu::Context const& context, mmu::TreeRow const& row)
{
    constexpr char const* kKinds[] = {"nothing", "reserved", "page", "table"};
    Json json = {{"level", mmu::level_name(row.level)},
                 {"depth", row.depth},
                 {"first", row.first},
                 {"last", row.last},
                 {"start", hex(row.start)},
                 {"raw", hex(row.raw)},
                 {"letters", mmu::entry_letters(context, row.level, row.raw)},
                 {"kind", kKinds[static_cast<unsigned>(row.kind)]},
                 {"target", hex(row.target)}};
    if (row.kind == mmu::EntryKind::Page)
        json["target_last"] = hex(row.target + (row.last - row.first + 1) * row.page_size - 1);
    json["seen"] = row.seen;
    return json;
}

std::string target_text(Json const& row)
{
    if (row["kind"] == "reserved")
        return "reserved bit set";
    if (row.contains("target_last"))
        return plain(row["target"]) + "-" + plain(row["target_last"]);
    return "table " + plain(row["target"]) + (row["seen"].get<bool>() ? " (shown above)" : "");
}

} // namespace

TreeRows read_tree_rows(mmu::Context const& context, mem::PhysicalMemory const& memory,
                        uint64_t cap)
{
    TreeRows result;
    mmu::read_page_tree(context, memory, [&](mmu::TreeRow const& row) {
        result.more = is_beyond(cap, result.rows.size());
        if (!result.more)
            result.rows.push_back(row_json(context, row));
        return !result.more;
    });
    return result;
}

std::string tree_text(Json const& rows)
{
    if (rows.empty())
        return "";
    TextTable table({{"ENTRIES"}, {"VIRTUAL"}, {mmu::kFlagLetters}, {"LEADS TO"}});
    for (Json const& row : rows) {
        uint64_t const first = number(row["first"]);
        uint64_t const last = number(row["last"]);
        std::string const indices = first == last ? fmt::format("{:03x}", first)
                                                  : fmt::format("{:03x}-{:03x}", first, last);
        table.row(
            {fmt::format("{:{}}{}[{}]", "", 2 * number(row["depth"]), plain(row["level"]), indices),
             plain(row["start"]), plain(row["letters"]), target_text(row)});
    }
    return table.text();
}

} // namespace pagelab::shell
