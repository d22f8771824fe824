// pcp: the blocks that CPUs keep for themselves.
#include "emu/guest/pcp.hpp"

#include "emu/guest/page_map.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Each CPU keeps some blocks of each zone, so that most requests need no lock:

  zone -> per_cpu_pageset[cpu] -> lists[order, migrate type] -> page -> page
             count, high: at `high` pages, `batch` go back to the zone

To the zone these pages are not free: neither buddyinfo nor NR_FREE_PAGES counts them.

EXAMPLES
  pcp
  pcp -c 0 | grep 'cpu 1'
)";

Result<Json> read(Session& session, uint64_t cap)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::PcpReport const report = TRY(guest::read_pcp(*kernel));
    guest::PageMap const pages = TRY(guest::PageMap::create(*kernel));
    Json sets = Json::array();
    for (guest::CpuPages const& set : report.sets)
        sets.push_back({{"zone", set.zone},
                        {"cpu", set.cpu},
                        {"count", set.count},
                        {"high", set.high},
                        {"batch", set.batch},
                        {"listed", set.listed}});
    Json blocks = Json::array();
    for (guest::KeptPages const& block : report.blocks) {
        if (is_beyond(cap, blocks.size()))
            break;
        blocks.push_back({{"page", hex(pages.page_of(block.pfn))},
                          {"pfn", hex(block.pfn.value)},
                          {"order", block.order},
                          {"type", block.type},
                          {"cpu", block.cpu}});
    }
    return Json{{"sets", std::move(sets)},
                {"blocks", std::move(blocks)},
                {"nr_blocks", report.blocks.size()},
                {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App& arguments)
{
    auto const cap = add_cap(arguments, 64);
    return [cap](Session& session) { return read(session, *cap); };
}

std::string text(Json const& document)
{
    std::string result = "ZONE      CPU  COUNT   HIGH  BATCH\n";
    for (Json const& set : document["sets"])
        result += fmt::format("{:<8}  {:>3}  {:>5}  {:>5}  {:>5}\n", plain(set["zone"]),
                              plain(set["cpu"]), plain(set["count"]), plain(set["high"]),
                              plain(set["batch"]));
    for (Json const& block : document["blocks"])
        result += fmt::format("    page:{}  pfn:{}  size:{:#010x}  (pcp, cpu {})\n",
                              plain(block["page"]), plain(block["pfn"]),
                              kPageSize << number(block["order"]), plain(block["cpu"]));
    return result + cut_note(document["blocks"].size(), number(document["nr_blocks"])) +
           damage_text(document["damage"]);
}

} // namespace

Command const kPcp = {
    "pcp",
    Group::Kernel,
    "free blocks that CPUs keep for themselves",
    kHelpText,
    R"({"sets": [{"zone": "string", "cpu": "number", "count": "number", "high": "number",
              "batch": "number", "listed": "number"}],
    "blocks": [{"page": "hex", "pfn": "hex", "order": "number", "type": "number",
                "cpu": "number"}],
    "nr_blocks": "number",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
    declare,
    text};

} // namespace pagelab::shell
