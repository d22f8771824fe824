// The machine goes to either moment, where the usual readers look; then what they saw is compared.
#include "emu/shell/moment_diff.hpp"

#include <algorithm>
#include <numeric>

#include "emu/guest/buddy.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/tasks.hpp"
#include "emu/guest/vmap.hpp"
#include "emu/mmu/page_tables.hpp"

namespace pagelab::shell {

namespace {

struct Area {
    uint64_t start = 0, size = 0;
    std::string caller;

    auto operator<=>(Area const&) const = default;
};

struct Seen {
    uint64_t at = 0; // instruction count
    std::vector<guest::ZoneBuddy> zones;
    std::map<std::string, guest::SlabCache> caches;
    std::vector<Area> areas;                            // sorted, as the tasks
    std::vector<std::pair<int64_t, std::string>> tasks; // pid, comm
    uint64_t mapped = 0;                                // bytes
    uint64_t tables = 0;
};

Result<Seen> look(Session& session)
{
    guest::KernelView const& kernel = *TRY(session.target().kernel());
    Seen seen;
    seen.at = TRY(session.machine())->engine().instructions();
    seen.zones = TRY(guest::read_buddy(kernel)).zones;
    for (guest::SlabCache const& cache : TRY(guest::read_slabs(kernel)).caches)
        seen.caches.emplace(cache.name, cache);
    for (guest::VmapArea const& area : TRY(guest::read_vmap(kernel)).areas)
        if (!area.is_lazy)
            seen.areas.push_back(
                {area.start.value, area.end - area.start, session.symbol_at(area.caller.value)});
    for (guest::Task const& task : TRY(guest::read_tasks(kernel)).tasks)
        seen.tasks.emplace_back(task.pid, task.comm);
    std::ranges::sort(seen.areas);
    std::ranges::sort(seen.tasks);
    auto const totals = mmu::read_page_tables(session.target().context(), session.target().memory(),
                                              {}, [](mmu::PageRun const&) { return true; });
    seen.mapped = std::accumulate(totals.bytes.begin(), totals.bytes.end(), uint64_t{0});
    seen.tables = totals.tables;
    return seen;
}

using Blocks = std::vector<guest::FreeBlock>; // ascending, not overlapping

uint64_t end_of(guest::FreeBlock const& block)
{
    return block.pfn.value + (uint64_t{1} << block.order);
}

struct Overlap {
    uint64_t pages = 0;
    bool within_one = false; // the block is in one of the others
};

Overlap overlap(guest::FreeBlock const& block, Blocks const& others)
{
    Overlap found;
    auto other = std::ranges::upper_bound(others, block.pfn.value, {}, end_of);
    for (; other != others.end() && other->pfn.value < end_of(block); ++other) {
        uint64_t const from = std::max(other->pfn.value, block.pfn.value);
        uint64_t const to = std::min(end_of(*other), end_of(block));
        found.pages += to - from;
        found.within_one |= other->order >= block.order;
    }
    return found;
}

// What is free in `blocks` and not in `others`; and how many blocks are only in part, or now in
// one piece, what the others are.
struct Difference {
    uint64_t pages = 0;
    uint64_t broken = 0; // blocks of which parts are in the others as smaller ones
};

Difference compare(Blocks const& blocks, Blocks const& others)
{
    Difference difference;
    for (guest::FreeBlock const& block : blocks) {
        Overlap const found = overlap(block, others);
        difference.pages += (uint64_t{1} << block.order) - found.pages;
        difference.broken += found.pages != 0 && !found.within_one;
    }
    return difference;
}

uint64_t pages_of(Blocks const& blocks)
{
    return std::accumulate(blocks.begin(), blocks.end(), uint64_t{0},
                           [](uint64_t sum, guest::FreeBlock const& block) {
                               return sum + (uint64_t{1} << block.order);
                           });
}

Json zone_row(guest::ZoneBuddy const& before, guest::ZoneBuddy const& after)
{
    Difference const gone = compare(before.scanned, after.scanned);
    Difference const come = compare(after.scanned, before.scanned);
    Json orders = Json::array();
    auto const counts_before = before.scanned_counts(), counts_after = after.scanned_counts();
    for (size_t order = 0; order < std::min(counts_before.size(), counts_after.size()); ++order)
        if (counts_before[order] != counts_after[order])
            orders.push_back({{"order", order},
                              {"before", counts_before[order]},
                              {"after", counts_after[order]}});
    return {{"name", before.zone.name},
            {"free_before", pages_of(before.scanned)},
            {"free_after", pages_of(after.scanned)},
            {"allocated", gone.pages},
            {"freed", come.pages},
            {"split", gone.broken},
            {"merged", come.broken},
            {"orders", std::move(orders)}};
}

Json cache_rows(Seen const& before, Seen const& after)
{
    Json rows = Json::array();
    auto all = before.caches;
    all.insert(after.caches.begin(), after.caches.end());
    auto const find = [](Seen const& seen, std::string const& name) {
        auto const found = seen.caches.find(name);
        return found == seen.caches.end() ? guest::SlabCache{} : found->second;
    };
    for (auto const& [name, cache] : all) {
        guest::SlabCache const a = find(before, name), b = find(after, name);
        if (a.in_use() != b.in_use() || a.nr_slabs != b.nr_slabs)
            rows.push_back({{"name", name},
                            {"objects_before", a.in_use()},
                            {"objects_after", b.in_use()},
                            {"slabs_before", a.nr_slabs},
                            {"slabs_after", b.nr_slabs}});
    }
    return rows;
}

// row(change, what) for what only one of them has.
template<class T, class Row>
Json change_rows(std::vector<T> const& before, std::vector<T> const& after, Row const& row)
{
    std::vector<T> gone, come;
    std::ranges::set_difference(before, after, std::back_inserter(gone));
    std::ranges::set_difference(after, before, std::back_inserter(come));
    Json rows = Json::array();
    for (T const& what : gone)
        rows.push_back(row("-", what));
    for (T const& what : come)
        rows.push_back(row("+", what));
    return rows;
}

Json area_row(char const* change, Area const& area)
{
    Json row = {{"change", change}, {"start", hex(area.start)}, {"size", area.size}};
    if (!area.caller.empty())
        row["caller"] = area.caller;
    return row;
}

Json document_of(Seen const& before, Seen const& after)
{
    Json zones = Json::array();
    for (size_t i = 0; i < std::min(before.zones.size(), after.zones.size()); ++i)
        zones.push_back(zone_row(before.zones[i], after.zones[i]));
    return {{"zones", std::move(zones)},
            {"caches", cache_rows(before, after)},
            {"areas", change_rows(before.areas, after.areas, area_row)},
            {"tasks",
             change_rows(
                 before.tasks, after.tasks,
                 [](char const* change, auto const& task) {
                     return Json{{"change", change}, {"pid", task.first}, {"comm", task.second}};
                 })},
            {"page_tables",
             {{"mapped_before", before.mapped},
              {"mapped_after", after.mapped},
              {"tables_before", before.tables},
              {"tables_after", after.tables}}}};
}

Result<Seen> look_at(Session& session, std::string const& name, machine::Moment const& here)
{
    auto const saved = session.saved().find(name);
    if (saved == session.saved().end() && name != "now")
        return fail("nothing was saved as '{}' (try: snapshots)", name);
    machine::Machine& machine = *TRY(session.machine());
    machine::Timeline* const timeline = TRY(session.timeline());
    TRY(timeline->go_back(saved == session.saved().end() ? here : saved->second));
    TRY(session.target().select_cpu(machine.current_cpu()));
    return look(session);
}

} // namespace

Result<Json> diff_moments(Session& session, std::string const& before, std::string const& after)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    machine::Machine& machine = *TRY(session.machine());
    unsigned const cpu = session.target().selected_cpu();
    machine::Moment const here = timeline.here();
    auto const a = look_at(session, before, here);
    auto const b = a ? look_at(session, after, here) : fail("not looked at");
    TRY(timeline.go_back(here));
    TRY(session.target().select_cpu(std::min(cpu, machine.cpus() - 1)));
    Seen const seen_before = TRY(a), seen_after = TRY(b);
    Json document = {{"before", before},
                     {"after", after},
                     {"instructions", static_cast<int64_t>(seen_after.at - seen_before.at)}};
    document.update(document_of(seen_before, seen_after));
    return document;
}

} // namespace pagelab::shell
