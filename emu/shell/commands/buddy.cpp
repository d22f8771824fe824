// buddy: the page allocator's free blocks, counted by order and type, or one by one.
#include "emu/guest/buddy.hpp"

#include <optional>

#include "emu/guest/direct_map.hpp"
#include "emu/guest/frame_map.hpp"
#include "emu/guest/page_map.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Free memory is kept in blocks of 2^order pages, aligned to their size:

  order 2:  | . . . . |      a block, and its buddy, at pfn ^ (1 << order)
  order 1:  | . . | . . |    two free buddies become one block of the next order
  order 0:  |.|.|.|.|

  zone -> free_area[order] -> free_list[migrate type] -> page -> page -> ...
                           -> nr_free

Blocks are counted by their lists; every struct page is asked as well, and what disagrees is
listed as damage. What is "verified" at the end is that the sum is the zones' NR_FREE_PAGES.
Types: Unmovable, Movable, Reclaimable, HighAtomic, Isolate.

EXAMPLES
  buddy                        counts of all zones
  buddy DMA32 3                the blocks of order 3
  buddy DMA32 0 Movable -c 5   the first five of one list, in list order
  buddy DMA --used             all of a zone by address: what is free, and what is not
)";

struct Options {
    std::string zone;
    std::optional<unsigned> order;
    std::string type;
    bool used = false;
    std::shared_ptr<uint64_t> cap;
};

// What a block needs to be described.
struct Places {
    guest::PageMap pages;
    guest::DirectMap direct;

    Json describe(Pfn pfn, uint64_t count) const
    {
        Json block = {{"page", hex(pages.page_of(pfn))},
                      {"pfn", hex(pfn.value)},
                      {"physical", hex(pfn_to_phys(pfn))},
                      {"size", count * kPageSize}};
        if (auto const address = direct.address_of(pfn))
            block["virtual"] = hex(*address);
        return block;
    }
};

Result<Json> describe_areas(guest::KernelView const& kernel, guest::ZoneBuddy const& buddy)
{
    Json areas = Json::array();
    for (size_t order = 0; order < buddy.lists.size(); ++order) {
        Json types = Json::object();
        uint64_t blocks = 0;
        for (size_t type = 0; type < buddy.lists[order].size(); ++type) {
            types[guest::migrate_type_name(type)] = buddy.lists[order][type].size();
            blocks += buddy.lists[order][type].size();
        }
        std::string const path = fmt::format("free_area[{}]", order);
        VirtAddr const area = TRY(kernel.field_address(buddy.zone.address, "zone", path));
        areas.push_back({{"order", order},
                         {"size", kPageSize << order},
                         {"address", hex(area)},
                         {"blocks", blocks},
                         {"pages", blocks << order},
                         {"types", std::move(types)}});
    }
    return areas;
}

// Blocks of one order, in the order of their lists.
Json list_blocks(guest::ZoneBuddy const& buddy, Options const& options, Places const& places,
                 uint64_t& total)
{
    Json list = Json::array();
    auto const& types = buddy.lists[*options.order];
    for (size_t type = 0; type < types.size(); ++type) {
        if (!options.type.empty() && options.type != guest::migrate_type_name(type))
            continue;
        for (Pfn const pfn : types[type]) {
            if (total++; is_beyond(*options.cap, list.size()))
                continue;
            Json block = places.describe(pfn, uint64_t{1} << *options.order);
            block["type"] = guest::migrate_type_name(type);
            list.push_back(std::move(block));
        }
    }
    return list;
}

// The zone from its first page to its last: free blocks, and what lies between them.
Json list_by_address(guest::ZoneBuddy const& buddy, Options const& options, Places const& places,
                     uint64_t& total)
{
    Json list = Json::array();
    auto const add = [&](Pfn pfn, uint64_t count, char const* type) {
        if (count == 0)
            return;
        if (total++; is_beyond(*options.cap, list.size()))
            return;
        Json block = places.describe(pfn, count);
        block["type"] = type;
        list.push_back(std::move(block));
    };
    Pfn here = buddy.zone.start;
    for (guest::FreeBlock const& block : buddy.scanned) {
        if (block.pfn < here)
            continue; // inside another: damage, and reported as such
        add(here, block.pfn - here, "used");
        add(block.pfn, uint64_t{1} << block.order, "free");
        here = block.pfn + (uint64_t{1} << block.order);
    }
    if (here < buddy.zone.end())
        add(here, buddy.zone.end() - here, "used");
    return list;
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::BuddyReport const report = TRY(guest::read_buddy(*kernel));
    Places const places = {TRY(guest::PageMap::create(*kernel)),
                           TRY(guest::read_direct_map(*kernel))};
    Json zones = Json::array();
    uint64_t counted = 0;
    for (size_t i = 0; i < report.zones.size(); ++i) {
        guest::ZoneBuddy const& buddy = report.zones[i];
        counted += buddy.zone.nr_free_pages;
        if (!options.zone.empty() && options.zone != buddy.zone.name)
            continue;
        if (options.order.has_value() && *options.order >= buddy.lists.size())
            return fail("order {}: the orders are 0 to {}", *options.order, buddy.lists.size() - 1);
        Json zone = {{"index", i},
                     {"name", buddy.zone.name},
                     {"size", buddy.zone.spanned},
                     {"free", buddy.listed_pages()},
                     {"mem_map", hex(places.pages.page_of(buddy.zone.start))},
                     {"start_paddr", hex(pfn_to_phys(buddy.zone.start))},
                     {"start_mapnr", hex(buddy.zone.start.value)},
                     {"areas", TRY(describe_areas(*kernel, buddy))}};
        uint64_t total = 0;
        zone["blocks"] = options.used ? list_by_address(buddy, options, places, total)
                         : options.order.has_value() ? list_blocks(buddy, options, places, total)
                                                     : Json::array();
        zone["nr_blocks"] = total;
        zones.push_back(std::move(zone));
    }
    if (zones.empty() && !options.zone.empty())
        return fail("no zone {}", options.zone);
    return Json{{"zones", std::move(zones)},
                {"lists_blocks", options.used || options.order.has_value()},
                {"free_pages", report.free_pages()},
                {"verified", report.free_pages() == counted},
                {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ZONE", options->zone, "only this one");
    arguments.add_option("ORDER", options->order, "its blocks of 2^ORDER pages, one by one");
    arguments.add_option("TYPE", options->type, "only this migrate type");
    arguments.add_flag("--used", options->used, "all of each zone, free or not, by address");
    options->cap = add_cap(arguments, 64);
    return [options](Session& session) { return read(session, *options); };
}

std::string area_lines(Json const& zone)
{
    std::string text = "AREA    SIZE  FREE_AREA_STRUCT   BLOCKS    PAGES  BY TYPE\n";
    for (Json const& area : zone["areas"]) {
        std::vector<std::string> types;
        for (auto const& [type, blocks] : area["types"].items())
            if (number(blocks) != 0)
                types.push_back(fmt::format("{} {}", type, plain(blocks)));
        std::string const joined = fmt::format("{}", fmt::join(types, ", "));
        text += fmt::format("{:>4} {:>6}k {:>17} {:>8} {:>8}{}{}\n", plain(area["order"]),
                            number(area["size"]) / 1024, plain(area["address"]).substr(2),
                            plain(area["blocks"]), plain(area["pages"]), joined.empty() ? "" : "  ",
                            joined);
    }
    return text;
}

std::string block_lines(Json const& zone)
{
    std::string text;
    for (Json const& block : zone["blocks"]) {
        uint64_t const size = number(block["size"]);
        auto const range = [&](Json const& start) {
            return fmt::format("{}-{:#x}", plain(start), number(start) + size);
        };
        text += fmt::format("    page:{}  pfn:{}  size:{:#010x}", plain(block["page"]),
                            plain(block["pfn"]), size);
        if (block.contains("virtual"))
            text += fmt::format("  virt:{}", range(block["virtual"]));
        text += fmt::format("  phys:{}  {}\n", range(block["physical"]), plain(block["type"]));
    }
    return text + cut_note(zone["blocks"].size(), number(zone["nr_blocks"]));
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& zone : document["zones"]) {
        result +=
            "ZONE  NAME          SIZE     FREE  MEM_MAP            START_PADDR  START_MAPNR\n";
        result +=
            fmt::format("{:>4}  {:<8} {:>9} {:>8}  {:<17}  {:>11}  {:>11}\n", plain(zone["index"]),
                        plain(zone["name"]), plain(zone["size"]), plain(zone["free"]),
                        plain(zone["mem_map"]).substr(2), plain(zone["start_paddr"]).substr(2),
                        plain(zone["start_mapnr"]).substr(2));
        if (number(zone["size"]) == 0) {
            result += "  [unpopulated]\n\n";
            continue;
        }
        result += (document["lists_blocks"] ? block_lines(zone) : area_lines(zone)) + "\n";
    }
    result += fmt::format("nr_free_pages: {}  ({})\n", plain(document["free_pages"]),
                          document["verified"] ? "verified" : "the zones count otherwise");
    return result + damage_text(document["damage"]);
}

} // namespace

Command const kBuddy = {
    "buddy",
    Group::Kernel,
    "free blocks of the page allocator, counted or one by one",
    kHelpText,
    R"({"zones": [{"index": "number", "name": "string", "size": "number", "free": "number",
    "mem_map": "hex", "start_paddr": "hex", "start_mapnr": "hex",
    "areas": [{"order": "number", "size": "number", "address": "hex", "blocks": "number",
               "pages": "number", "types": {"*": "number"}}],
    "blocks": [{"page": "hex", "pfn": "hex", "physical": "hex", "size": "number",
                "virtual": "hex?", "type": "string"}],
    "nr_blocks": "number"}], "lists_blocks": "bool",
    "free_pages": "number", "verified": "bool",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
    declare,
    text,
    Completes::Zones};

} // namespace pagelab::shell
