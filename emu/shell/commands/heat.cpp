// heat: where memory is in use, a line for each zone.
#include <algorithm>
#include <array>

#include "emu/guest/frame_map.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Each column is a part of the zone, lowest addresses first; the more of
its pages are in use, the higher it is:

  DMA32     |__.:-=+*#%@%#*+=-:.__|       used: not in the page allocator's lists, nor on a
                                          CPU's own; ' ' is no page at all, '@' every page

EXAMPLES
  heat
  heat --columns 120 --ascii
)";

constexpr std::string_view kAscii = " .:-=+*#%@";
constexpr std::array kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

struct Options {
    size_t columns = 64;
    bool ascii = false;
};

// Thousandths of the pages of each column that are in use.
Json densities(guest::FrameMap const& map, guest::Zone const& zone, size_t columns)
{
    std::vector<uint64_t> used(columns);
    std::vector<uint64_t> pages(columns);
    for (uint64_t i = 0; i < zone.spanned; ++i) {
        auto const position = map.position_of(zone.start + i);
        if (!position)
            continue;
        guest::Use const use = map.frames[*position].use;
        size_t const column = i * columns / zone.spanned;
        ++pages[column];
        used[column] +=
            use != guest::Use::Free && use != guest::Use::Kept && use != guest::Use::Absent;
    }
    Json parts = Json::array();
    for (size_t i = 0; i < columns; ++i)
        parts.push_back(pages[i] == 0 ? 0 : used[i] * 1000 / pages[i]);
    return parts;
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    auto const map = TRY(guest::read_frame_map(*kernel, *index, guest::Owners::Marks));
    Json zones = Json::array();
    for (guest::Zone const& zone : index->zones) {
        if (zone.spanned == 0)
            continue;
        size_t const columns = std::min<uint64_t>(options.columns, zone.spanned);
        zones.push_back({{"name", zone.name},
                         {"start", hex(pfn_to_phys(zone.start))},
                         {"end", hex(pfn_to_phys(zone.end()))},
                         {"column_bytes", zone.spanned * kPageSize / columns},
                         {"used", densities(map, zone, columns)}});
    }
    return Json{{"zones", std::move(zones)}, {"ascii", options.ascii}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("--columns", options->columns, "how many, at most")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    arguments.add_flag("--ascii", options->ascii, "no characters but ASCII's");
    return [options](Session& session) { return read(session, *options); };
}

// Only what is all free is the lowest mark, and only what is all used the highest.
size_t mark(uint64_t used, size_t marks)
{
    if (used == 0 || used >= 1000)
        return used == 0 ? 0 : marks - 1;
    return 1 + used * (marks - 2) / 1000;
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& zone : document["zones"]) {
        result += fmt::format("{:<8} {:>12} |", plain(zone["name"]), plain(zone["start"]));
        for (Json const& used : zone["used"]) {
            if (document["ascii"] == true)
                result += kAscii[mark(used.get<uint64_t>(), kAscii.size())];
            else
                result += kBlocks[mark(used.get<uint64_t>(), kBlocks.size())];
        }
        result += fmt::format("| {:<12} a column is {} KiB\n", plain(zone["end"]),
                              zone["column_bytes"].get<uint64_t>() >> 10);
    }
    return result;
}

} // namespace

Command const kHeat = {
    "heat",
    Group::Pictures,
    "where memory is in use, a line for each zone",
    kHelpText,
    R"({"zones": [{"name": "string", "start": "hex", "end": "hex", "column_bytes": "number",
    "used": ["number"]}], "ascii": "bool"})",
    declare,
    text,
    Completes::Nothing};

} // namespace pagelab::shell
