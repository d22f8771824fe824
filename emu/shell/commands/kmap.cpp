// kmap: high memory's pages that are mapped for a while.
#include "emu/guest/kmaps.hpp"

#include "emu/guest/page_map.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(On i686 memory above 896 MiB has no address of its own:

  kmap         one of 512 slots from pkmap_base on, counted: n users, or unused but still mapped
  kmap_local   a stack of 16 slots for each CPU, below fixaddr_top

EXAMPLES
  kmap
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KmapReport const report = TRY(guest::read_kmaps(*kernel));
    if (!report.has_windows)
        return fail("this kernel has no high memory");
    guest::PageMap const pages = TRY(guest::PageMap::create(*kernel));
    Json slots = Json::array();
    for (guest::KmapSlot const& slot : report.slots) {
        Json one = {{"slot", slot.slot},
                    {"address", hex(slot.address)},
                    {"page", hex(slot.page)},
                    {"users", slot.count - 1}};
        if (auto const pfn = pages.pfn_of_page(slot.page))
            one["pfn"] = hex(pfn->value);
        slots.push_back(std::move(one));
    }
    return Json{{"base", hex(report.base)},
                {"slots", std::move(slots)},
                {"local", report.local},
                {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    std::string result = fmt::format(
        "pkmap window at {}\nSLOT  ADDRESS   PAGE      PFN       USERS\n", plain(document["base"]));
    for (Json const& slot : document["slots"])
        result += fmt::format("{:>4}  {:<8}  {:<8}  {:<8}  {:>5}\n", plain(slot["slot"]),
                              plain(slot["address"]).substr(2), plain(slot["page"]).substr(2),
                              slot.contains("pfn") ? plain(slot["pfn"]).substr(2) : "",
                              plain(slot["users"]));
    std::vector<uint64_t> const local = document["local"];
    for (size_t cpu = 0; cpu < local.size(); ++cpu)
        result += fmt::format("CPU {}: {} slots of kmap_local in use\n", cpu, local[cpu]);
    return result + damage_text(document["damage"]);
}

} // namespace

Command const kKmap = {
    "kmap",
    Group::Kernel,
    "pages of high memory that are mapped for a while (i686)",
    kHelpText,
    R"({"base": "hex", "slots": [{"slot": "number", "address": "hex", "page": "hex",
    "pfn": "hex?", "users": "number"}], "local": ["number"],
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
    declare,
    text};

} // namespace pagelab::shell
