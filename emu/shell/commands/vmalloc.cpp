// vmalloc: the areas of the vmalloc window, and the holes between them.
#include "emu/guest/vmap.hpp"

#include <algorithm>
#include <optional>

#include "emu/guest/kallsyms.hpp"
#include "emu/guest/modules.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Pages from anywhere, side by side in one window of addresses:

  window  |  area  |guard|     hole     |  area  |guard| freed, not flushed | ...
             `- vmap_area -> vm_struct -> pages[] -> struct page

An area ends in a page that is never mapped. One that was freed keeps its addresses until other
CPUs' TLBs are flushed.

EXAMPLES
  vmalloc
  vmalloc $rsp          the area around an address
  vmalloc --free        the holes, too
)";

struct Options {
    std::string expression;
    bool free = false;
    std::shared_ptr<uint64_t> cap;
};

struct Names {
    guest::ModuleReport modules;
    guest::Kallsyms symbols;

    std::string of(VirtAddr code) const
    {
        return guest::describe(modules, code).value_or(symbols.describe(code));
    }
};

Json describe(Names const& names, guest::VmapArea const& area)
{
    return {{"vmap_area", hex(area.address)},
            {"vm_struct", hex(area.vm)},
            {"start", hex(area.start)},
            {"end", hex(area.end)},
            {"size", area.end - area.start},
            {"state", area.is_lazy ? "freed" : "used"},
            {"nr_pages", area.nr_pages},
            {"caller", area.caller.value == 0 ? "" : names.of(area.caller)}};
}

Json describe_hole(VirtAddr start, VirtAddr end)
{
    return {{"vmap_area", hex(0)}, {"vm_struct", hex(0)}, {"start", hex(start)}, {"end", hex(end)},
            {"size", end - start}, {"state", "free"},     {"nr_pages", 0},       {"caller", ""}};
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::VmapReport const report = TRY(guest::read_vmap(*kernel));
    Names const names = {guest::read_modules(*kernel).value_or(guest::ModuleReport()),
                         guest::Kallsyms::read(*kernel).value_or(guest::Kallsyms())};
    std::vector<guest::VmapArea const*> sorted;
    for (guest::VmapArea const& area : report.areas)
        sorted.push_back(&area);
    std::ranges::sort(sorted, {}, &guest::VmapArea::start);
    std::optional<VirtAddr> asked;
    if (!options.expression.empty())
        asked = VirtAddr(TRY(session.evaluate(options.expression)));
    Json areas = Json::array();
    uint64_t total = 0;
    uint64_t used = 0;
    auto const add = [&](VirtAddr start, VirtAddr end, auto const& make) {
        if (asked && (*asked < start || *asked >= end))
            return;
        if (total++; !is_beyond(*options.cap, areas.size()))
            areas.push_back(make());
    };
    VirtAddr here = report.window_start;
    for (guest::VmapArea const* area : sorted) {
        if (options.free && area->start > here)
            add(here, area->start, [&] { return describe_hole(here, area->start); });
        add(area->start, area->end, [&] { return describe(names, *area); });
        used += area->is_lazy ? 0 : area->end - area->start;
        here = std::max(here, area->end);
    }
    if (options.free && here < report.window_end)
        add(here, report.window_end, [&] { return describe_hole(here, report.window_end); });
    if (asked && areas.empty())
        return fail("no area around {:#x}", asked->value);
    return Json{{"window_start", hex(report.window_start)},
                {"window_end", hex(report.window_end)},
                {"used", used},
                {"areas", std::move(areas)},
                {"nr_areas", total},
                {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->expression, "only the area around this address");
    arguments.add_flag("--free", options->free, "list holes as well");
    options->cap = add_cap(arguments, 0);
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    std::string result =
        fmt::format("window {} - {}, {} bytes used\n", plain(document["window_start"]),
                    plain(document["window_end"]), plain(document["used"]));
    result +=
        "VMAP_AREA         VM_STRUCT            ADDRESS RANGE                          SIZE\n";
    for (Json const& area : document["areas"])
        result += fmt::format(
            "{:<16}  {:<16}  {} - {}  {:>9}  {}{}\n", plain(area["vmap_area"]).substr(2),
            plain(area["vm_struct"]).substr(2), plain(area["start"]).substr(2),
            plain(area["end"]).substr(2), plain(area["size"]),
            area["state"] == "used" ? "" : plain(area["state"]) + " ", plain(area["caller"]));
    return result + cut_note(document["areas"].size(), number(document["nr_areas"])) +
           damage_text(document["damage"]);
}

} // namespace

Command const kVmalloc = {"vmalloc",
                          Group::Kernel,
                          "areas of the vmalloc window, and the holes between them",
                          kHelpText,
                          R"({"window_start": "hex", "window_end": "hex", "used": "number",
    "areas": [{"vmap_area": "hex", "vm_struct": "hex", "start": "hex", "end": "hex",
               "size": "number", "state": "string", "nr_pages": "number", "caller": "string"}],
    "nr_areas": "number",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
                          declare,
                          text,
                          Completes::Symbols};

} // namespace pagelab::shell
