// snapshots: the saved moments, and what they cost.
#include <algorithm>

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/moments.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(In the order of their time. PAGES are those of RAM that hold anything but zeros, NEW
those that are not shared with the moment in the line above.

EXAMPLES
  snapshots
  snapshots --json
)";

Result<Json> read(Session& session)
{
    TRY(session.timeline());
    std::vector<Session::SavedMoments::value_type const*> saved;
    for (auto const& entry : session.saved())
        saved.push_back(&entry);
    std::ranges::stable_sort(saved, {}, [](auto const* entry) { return entry->second.at(); });
    Json rows = Json::array();
    mem::RamImage const nothing;
    mem::RamImage const* last = &nothing;
    for (auto const* const entry : saved) {
        mem::RamImage const& ram = entry->second.snapshot.ram;
        uint64_t const fresh = ram.pages_beside(*last);
        rows.push_back({{"name", entry->first},
                        {"instructions", entry->second.at()},
                        {"time_ns", entry->second.time_ns},
                        {"pages", ram.pages() - ram.zero_pages()},
                        {"new_pages", fresh},
                        {"bytes", fresh * kPageSize}});
        last = &ram;
    }
    Json document = {{"snapshots", std::move(rows)}};
    mem::DirtyPages const& dirty = session.target().memory().dirty();
    if (!dirty.all())
        document["dirty_pages"] = dirty.pages().size();
    return document;
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    if (document["snapshots"].empty())
        return "nothing is saved (try: save NAME)\n";
    TextTable table({{"NAME"},
                     {"INSTRUCTIONS", Align::Right},
                     {"TIME", Align::Right},
                     {"PAGES", Align::Right},
                     {"NEW", Align::Right},
                     {"KIB", Align::Right}});
    for (Json const& row : document["snapshots"])
        table.row({plain(row["name"]), plain(row["instructions"]),
                   moment_title(row["time_ns"].get<uint64_t>()), plain(row["pages"]),
                   plain(row["new_pages"]),
                   fmt::format("{}", row["bytes"].get<uint64_t>() / 1024)});
    std::string result = table.text();
    if (document.contains("dirty_pages"))
        result += fmt::format("{} pages written since the last of them was saved or restored\n",
                              plain(document["dirty_pages"]));
    return result;
}

} // namespace

Command const kSnapshots = {"snapshots",
                            Group::Execution,
                            "the saved moments, and what they cost",
                            kHelpText,
                            R"({"snapshots": [{"name": "string", "instructions": "number",
    "time_ns": "number", "pages": "number", "new_pages": "number", "bytes": "number"}],
    "dirty_pages": "number?"})",
                            declare,
                            text};

} // namespace pagelab::shell
