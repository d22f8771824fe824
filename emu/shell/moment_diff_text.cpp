// The differences of two moments, as tables.
#include "emu/shell/moment_diff.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

Align constexpr kRight = Align::Right;

std::string zones_text(Json const& zones)
{
    TextTable table({{"ZONE"},
                     {"FREE", kRight},
                     {"NOW", kRight},
                     {"ALLOCATED", kRight},
                     {"FREED", kRight},
                     {"SPLIT", kRight},
                     {"MERGED", kRight},
                     {"BLOCKS BY ORDER"}});
    for (Json const& zone : zones) {
        std::string orders;
        for (Json const& row : zone["orders"])
            orders += fmt::format("{}{}: {} -> {}", orders.empty() ? "" : ", ", plain(row["order"]),
                                  plain(row["before"]), plain(row["after"]));
        table.row({plain(zone["name"]), plain(zone["free_before"]), plain(zone["free_after"]),
                   plain(zone["allocated"]), plain(zone["freed"]), plain(zone["split"]),
                   plain(zone["merged"]), orders});
    }
    return table.text();
}

std::string caches_text(Json const& caches)
{
    if (caches.empty())
        return "";
    TextTable table(
        {{"CACHE"}, {"OBJECTS", kRight}, {"NOW", kRight}, {"SLABS", kRight}, {"NOW", kRight}});
    for (Json const& row : caches)
        table.row({plain(row["name"]), plain(row["objects_before"]), plain(row["objects_after"]),
                   plain(row["slabs_before"]), plain(row["slabs_after"])});
    return table.text();
}

} // namespace

std::string moment_diff_text(Json const& document)
{
    std::string text = fmt::format("{} to {}: {} instructions\n", plain(document["before"]),
                                   plain(document["after"]), plain(document["instructions"])) +
                       zones_text(document["zones"]) + caches_text(document["caches"]);
    for (Json const& area : document["areas"])
        text += fmt::format("{} vmalloc area {} of {} bytes{}\n", plain(area["change"]),
                            plain(area["start"]), plain(area["size"]),
                            area.contains("caller") ? " by " + plain(area["caller"]) : "");
    for (Json const& task : document["tasks"])
        text += fmt::format("{} task {} {}\n", plain(task["change"]), plain(task["pid"]),
                            plain(task["comm"]));
    Json const& tables = document["page_tables"];
    if (tables["mapped_before"] != tables["mapped_after"] ||
        tables["tables_before"] != tables["tables_after"])
        text += fmt::format("page tables: {} -> {}, mapping {} -> {} KiB\n",
                            plain(tables["tables_before"]), plain(tables["tables_after"]),
                            tables["mapped_before"].get<uint64_t>() / 1024,
                            tables["mapped_after"].get<uint64_t>() / 1024);
    return text;
}

} // namespace pagelab::shell
