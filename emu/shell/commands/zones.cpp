// zones: sizes, free pages and watermarks of each zone.
#include "emu/guest/zones.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(A zone is a span of page frames that are alike to some hardware:

  pfn  start |##########......####| start + spanned        # memory: present
                                                            most of it is managed by the buddies
  free pages  ----- high ----- low ----- min ----- 0
                |         |         `- below: only for those who free memory (GFP_ATOMIC: half)
                |         `- below: kswapd is woken          above high it sleeps again
                `- a request is granted from here on if enough is left for lower zones (protection)

The first lines of each zone are those of crash's kmem -z.

EXAMPLES
  zones
  zones DMA32
  zones --json | jq '.zones[] | {name, free}'
)";

Json describe(guest::Zone const& zone, size_t index)
{
    auto const mark = [&](size_t i) { return i < zone.watermark.size() ? zone.watermark[i] : 0; };
    return {{"index", index},          {"address", hex(zone.address)},
            {"name", zone.name},       {"start_pfn", hex(zone.start.value)},
            {"spanned", zone.spanned}, {"present", zone.present},
            {"managed", zone.managed}, {"free", zone.nr_free_pages},
            {"min", mark(0)},          {"low", mark(1)},
            {"high", mark(2)},         {"protection", zone.lowmem_reserve}};
}

Result<Json> read(Session& session, std::string const& name)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    std::vector<guest::Zone> const zones = TRY(guest::read_zones(*kernel));
    Json list = Json::array();
    for (size_t i = 0; i < zones.size(); ++i)
        if (name.empty() || zones[i].name == name)
            list.push_back(describe(zones[i], i));
    if (list.empty() && !name.empty())
        return fail("no zone {}", name);
    return Json{{"zones", std::move(list)}};
}

Reader declare(CLI::App& arguments)
{
    auto const name = std::make_shared<std::string>();
    arguments.add_option("ZONE", *name, "only this one");
    return [name](Session& session) { return read(session, *name); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& zone : document["zones"]) {
        result += fmt::format("NODE: 0  ZONE: {}  ADDR: {}  NAME: \"{}\"\n", plain(zone["index"]),
                              plain(zone["address"]), plain(zone["name"]));
        if (number(zone["spanned"]) == 0) {
            result += "  [unpopulated]\n\n";
            continue;
        }
        std::vector<uint64_t> const reserve = zone["protection"];
        result +=
            fmt::format("  SIZE: {}  PRESENT: {}  MANAGED: {}  MIN/LOW/HIGH: {}/{}/{}\n",
                        plain(zone["spanned"]), plain(zone["present"]), plain(zone["managed"]),
                        plain(zone["min"]), plain(zone["low"]), plain(zone["high"]));
        result +=
            fmt::format("  FREE: {}  START_PFN: {}  PROTECTION: ({})\n\n", plain(zone["free"]),
                        plain(zone["start_pfn"]), fmt::join(reserve, ", "));
    }
    return result;
}

} // namespace

Command const kZones = {
    "zones",
    Group::Kernel,
    "zones with their sizes, free pages and watermarks",
    kHelpText,
    R"({"zones": [{"index": "number", "address": "hex", "name": "string", "start_pfn": "hex",
    "spanned": "number", "present": "number", "managed": "number", "free": "number",
    "min": "number", "low": "number", "high": "number", "protection": ["number"]}]})",
    declare,
    text,
    Completes::Zones};

} // namespace pagelab::shell
