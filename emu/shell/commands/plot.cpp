// plot: free blocks by order, or objects by cache, over time.
#include <algorithm>
#include <map>

#include "emu/guest/buddy.hpp"
#include "emu/guest/fragmentation.hpp"
#include "emu/guest/frame_map.hpp"
#include "emu/guest/slab.hpp"
#include "emu/picture/chart.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/moments.hpp"
#include "emu/shell/output.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The guest is looked at --frames times, running --every instructions
in between, and FILE (.svg) shows what became of its free blocks or its objects:

  free pages |####    ________      order 10  ^       extfrag index of an order, from Linux:
             |###\___/########      ...       |         < 0   there is a block
             |################      order 0   |         0     too little is free
             +---------------- time                     1     enough is free, in small pieces

plot buddy also draws the unusable index: the part of free memory that is in blocks too small for
an order. The numbers are those of debugfs' extfrag files. --guest gives the guest something to do.

EXAMPLES
  plot buddy buddy.svg --guest 'stress 20000 7'
  plot slab slab.svg --frames 100 --every 100000 --guest 'stress 20000 7'
  plot buddy buddy.svg --zone DMA32
)";

constexpr unsigned kIndexed[] = {3, 6, 9, 10}; // orders whose indices are drawn
constexpr size_t kCaches = 14;                 // that have a colour of their own

struct Options {
    std::string what, file, zone;
    std::shared_ptr<Moments> moments;
};

Result<std::vector<uint64_t>> free_blocks(Session& session, std::string const& zone)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    auto const report = TRY(guest::read_buddy(*kernel));
    std::vector<uint64_t> blocks;
    bool found = zone.empty();
    for (guest::ZoneBuddy const& buddy : report.zones) {
        if (!zone.empty() && buddy.zone.name != zone)
            continue;
        found = true;
        auto const counts = buddy.listed_counts();
        blocks.resize(std::max(blocks.size(), counts.size()));
        for (size_t order = 0; order < counts.size(); ++order)
            blocks[order] += counts[order];
    }
    if (!found)
        return fail("no zone '{}'", zone);
    return blocks;
}

Result<Json> buddy_moment(Session& session, Options const& options)
{
    auto const blocks = TRY(free_blocks(session, options.zone));
    Json extfrag = Json::array();
    Json unusable = Json::array();
    for (unsigned order = 0; order < blocks.size(); ++order) {
        extfrag.push_back(guest::extfrag_index(blocks, order));
        unusable.push_back(guest::unusable_index(blocks, order));
    }
    return Json{
        {"blocks", blocks}, {"extfrag", std::move(extfrag)}, {"unusable", std::move(unusable)}};
}

Result<Json> slab_moment(Session& session, Options const&)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    auto const report = TRY(guest::read_slabs(*kernel));
    if (report.heap)
        return fail("SLOB has no caches to tell apart");
    Json caches = Json::object();
    for (guest::SlabCache const& cache : report.caches)
        caches[cache.name] = {
            {"objects", std::min(cache.in_use(), cache.total_objects)},
            {"bytes", cache.nr_slabs * (kPageSize << guest::block_order(cache.order))}};
    return Json{{"caches", std::move(caches)}};
}

picture::Panel free_panel(Json const& moments)
{
    picture::Panel panel{
        picture::Panel::Kind::Stacked, "free pages, by the order of their block", {}};
    for (size_t order = 0; order < moments.front()["blocks"].size(); ++order) {
        picture::Series series{fmt::format("order {}", order), picture::order_colour(order), {}};
        for (Json const& moment : moments)
            series.values.push_back(
                static_cast<double>(moment["blocks"][order].get<uint64_t>() << order));
        panel.series.push_back(std::move(series));
    }
    return panel;
}

picture::Panel index_panel(Json const& moments, char const* index, char const* title)
{
    picture::Panel panel{picture::Panel::Kind::Lines, title, {}};
    for (unsigned const order : kIndexed) {
        if (order >= moments.front()[index].size())
            break;
        picture::Series series{fmt::format("order {}", order), picture::order_colour(order), {}};
        for (Json const& moment : moments)
            series.values.push_back(std::max(0.0, moment[index][order].get<double>() / 1000));
        panel.series.push_back(std::move(series));
    }
    return panel;
}

picture::Panel cache_panel(Json const& moments, char const* member, char const* title)
{
    std::map<std::string, double> most;
    for (Json const& moment : moments)
        for (auto const& [name, cache] : moment["caches"].items())
            most[name] = std::max(most[name], cache[member].get<double>());
    std::vector<std::string> names;
    for (auto const& [name, value] : most)
        if (value > 0)
            names.push_back(name);
    std::ranges::stable_sort(names, std::ranges::greater(),
                             [&](std::string const& name) { return most[name]; });
    picture::Panel panel{picture::Panel::Kind::Stacked, title, {}};
    for (size_t i = 0; i < std::min(names.size(), kCaches + 1); ++i)
        panel.series.push_back({i < kCaches ? names[i] : "others",
                                picture::series_colour(i < kCaches ? i : ~size_t{0}),
                                std::vector<double>(moments.size())});
    for (size_t i = 0; i < names.size(); ++i)
        for (size_t k = 0; k < moments.size(); ++k)
            if (auto const& caches = moments[k]["caches"]; caches.contains(names[i]))
                panel.series[std::min(i, kCaches)].values[k] +=
                    caches[names[i]][member].get<double>();
    std::ranges::reverse(panel.series); // the largest on top, and first among the labels
    return panel;
}

picture::Chart draw(Options const& options, Json const& moments)
{
    picture::Chart chart;
    for (Json const& moment : moments)
        chart.times.push_back(moment["time_ns"].get<double>() / 1e9);
    if (options.what == "slab") {
        chart.title = "Slab objects over time";
        chart.panels = {cache_panel(moments, "objects", "objects in use, by cache"),
                        cache_panel(moments, "bytes", "bytes of slabs, by cache")};
        return chart;
    }
    chart.title = "Free memory over time" + (options.zone.empty() ? "" : ", zone " + options.zone);
    chart.panels = {free_panel(moments),
                    index_panel(moments, "unusable", "unusable index: free, but in small pieces"),
                    index_panel(moments, "extfrag",
                                "extfrag index: 0 there is a block, or little "
                                "is free; 1 all is in pieces")};
    return chart;
}

Result<Json> read(Session& session, Options const& options)
{
    if (options.what != "buddy" && options.what != "slab")
        return fail("what can be plotted is buddy or slab, not '{}'", options.what);
    if (!options.file.ends_with(".svg"))
        return fail("'{}' is no .svg file", options.file);
    Json moments = Json::array();
    auto const look = [&](uint64_t time_ns) -> Result<> {
        Json moment = {{"time_ns", time_ns}};
        moment.update(TRY(options.what == "buddy" ? buddy_moment(session, options)
                                                  : slab_moment(session, options)));
        moments.push_back(std::move(moment));
        return {};
    };
    TRY(for_each_moment(session, *options.moments, look));
    TRY(write_to_file(picture::svg_chart(draw(options, moments)), options.file, false));
    return Json{{"file", options.file}, {"what", options.what}, {"moments", std::move(moments)}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("WHAT", options->what, "buddy or slab")->required();
    arguments.add_option("FILE", options->file, "the .svg file to write")->required();
    arguments.add_option("--zone", options->zone, "of one zone's free blocks");
    options->moments = add_moments(arguments, 40);
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    Json const& moments = document["moments"];
    std::string result =
        fmt::format("{}: {} moments, {} to {}\n", plain(document["file"]), moments.size(),
                    moment_title(moments.front()["time_ns"].get<uint64_t>()),
                    moment_title(moments.back()["time_ns"].get<uint64_t>()));
    if (document["what"] == "slab")
        return result;
    result += "  order      free blocks  unusable  extfrag\n";
    Json const& last = moments.back();
    for (size_t order = 0; order < last["blocks"].size(); ++order)
        result += fmt::format("  {:>5} {:>7} to {:>6} {:>9.3f} {:>8.3f}\n", order,
                              plain(moments.front()["blocks"][order]), plain(last["blocks"][order]),
                              last["unusable"][order].get<double>() / 1000,
                              last["extfrag"][order].get<double>() / 1000);
    return result;
}

} // namespace

Command const kPlot = {"plot",
                       Group::Pictures,
                       "free blocks by order, or objects by cache, over time: .svg",
                       kHelpText,
                       R"({"file": "string", "what": "string", "moments": [{"time_ns": "number",
    "blocks": ["number"], "extfrag": ["number"], "unusable": ["number"],
    "caches": {"*": {"objects": "number", "bytes": "number"}}}]})",
                       declare,
                       text,
                       Completes::Files};

} // namespace pagelab::shell
