// what: everything that is known of an address.
#include <optional>

#include "emu/guest/identify.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/aliases.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"
#include "emu/shell/last_writer.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(One question to all structures at once:

  virtual  -> symbol, module, task stack, vmalloc area, kmap slot, per-CPU copy, struct page
     | page tables
  physical -> page frame -> zone, flags, free block, compound block
                         -> slab object: which cache, where in it, free or in use, red zones,
                            who allocated and freed it last (slub_debug=U, page_owner=on)
                         -> every virtual address that shows the same frame
                         -> the last store to it, and from where, while `record` is on

A number that is mapped is a virtual address; else it is a physical one if there is such memory.

EXAMPLES
  what kernel_vmalloc
  what $rsp
  what -p 0x1234000          a physical address
  what -f 0x1234             a page frame
)";

struct Options {
    std::string expression;
    bool physical = false;
    bool frame = false;
    std::shared_ptr<uint64_t> cap; // of aliases
};

Json stack_names(guest::KernelIndex const& index, std::vector<VirtAddr> const& stack)
{
    Json names = Json::array();
    for (VirtAddr const frame : stack)
        names.push_back(code_name(index, frame));
    return names;
}

Json describe(guest::KernelIndex const& index, guest::Track const& track)
{
    return {{"by", code_name(index, track.caller)},
            {"pid", track.pid},
            {"cpu", track.cpu},
            {"when", track.when},
            {"stack", stack_names(index, track.stack)}};
}

Json describe(guest::PageInfo const& page)
{
    return {{"page", hex(page.page)},
            {"pfn", hex(page.pfn.value)},
            {"zone", page.zone},
            {"flags", hex(page.flags)},
            {"flag_names", page.flag_names},
            {"refcount", page.refcount},
            {"mapcount", page.mapcount + 1}};
}

Json describe(guest::SlabObject const& object)
{
    Json result = {{"cache", object.cache->name},
                   {"slab", hex(object.slab->page)},
                   {"where", guest::name(object.slab->place)},
                   {"object", hex(object.address)},
                   {"index", object.index},
                   {"of", object.slab->objects},
                   {"offset", object.offset},
                   {"size", object.cache->object_size},
                   {"free", object.free_on.has_value()}};
    if (object.free_on && *object.free_on >= 0)
        result["cpu"] = *object.free_on;
    return result;
}

Json describe(guest::KernelIndex const& index, guest::PageOwner const& owner)
{
    return {{"order", owner.order},
            {"allocated", owner.allocated},
            {"gfp", hex(owner.gfp)},
            {"pid", owner.pid},
            {"comm", owner.comm},
            {"ts_nsec", owner.ts_nsec},
            {"free_ts_nsec", owner.free_ts_nsec},
            {"stack", stack_names(index, owner.stack)},
            {"free_stack", stack_names(index, owner.free_stack)}};
}

Result<guest::Identity> ask(Session& session, guest::KernelIndex const& index,
                            Options const& options)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    uint64_t const value = TRY(session.evaluate(options.expression));
    if (options.frame || options.physical)
        return guest::identify(*kernel, index,
                               options.frame ? pfn_to_phys(Pfn(value)) : PhysAddr(value));
    VirtAddr const address(value);
    auto const mapped =
        mmu::translate(session.target().context(), session.target().memory(), address, {});
    if (mapped)
        return guest::identify(*kernel, index, address, mapped->address);
    Pfn const frame = phys_to_pfn(PhysAddr(value));
    for (guest::Zone const& zone : index.zones)
        if (zone.holds(frame))
            return guest::identify(*kernel, index, PhysAddr(value));
    return guest::identify(*kernel, index, address, std::nullopt);
}

// While the past is recorded: the last store to this byte.
Result<std::optional<Json>> recorded_writer(Session& session, PhysAddr byte)
{
    auto const timeline = session.timeline();
    if (!timeline || !(*timeline)->is_on())
        return std::nullopt;
    return last_writer(session,
                       {cpu::AddressSpace::Physical, byte.value, 1, cpu::AccessMask::Write});
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    guest::Identity const answer = TRY(ask(session, *index, options));
    Json document = {{"identities", answer.names}, {"aliases", Json::array()}};
    if (answer.address)
        document["address"] = hex(*answer.address);
    if (answer.physical)
        document["physical"] = hex(*answer.physical);
    if (answer.page)
        document["page"] = describe(*answer.page);
    if (answer.object)
        document["slab"] = describe(*answer.object);
    if (!answer.red_zones.empty())
        document["red_zones"] = answer.red_zones;
    if (answer.tracks.allocated)
        document["allocated"] = describe(*index, *answer.tracks.allocated);
    if (answer.tracks.freed)
        document["freed"] = describe(*index, *answer.tracks.freed);
    if (answer.owner)
        document["page_owner"] = describe(*index, *answer.owner);
    if (answer.physical)
        for (VirtAddr const alias : TRY(aliases_of(session, *answer.physical)))
            if (alias != answer.address && !is_beyond(*options.cap, document["aliases"].size()))
                document["aliases"].push_back(hex(alias));
    if (answer.physical)
        if (auto writer = TRY(recorded_writer(session, *answer.physical)))
            document["written"] = std::move(*writer);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    options->cap = add_cap(arguments, 64);
    arguments.add_option("ADDR", options->expression, "address, symbol or $register")->required();
    arguments.add_flag("-p,--physical", options->physical, "ADDR is a physical address");
    arguments.add_flag("-f,--frame", options->frame, "ADDR is a page frame number");
    return [options](Session& session) { return read(session, *options); };
}

std::string stack_lines(Json const& stack)
{
    std::string text;
    for (Json const& frame : stack)
        text += fmt::format("    {}\n", plain(frame));
    return text;
}

std::string track_lines(char const* what, Json const& track)
{
    return fmt::format("{} by {} pid={} cpu={} when={}\n", what, plain(track["by"]),
                       plain(track["pid"]), plain(track["cpu"]), plain(track["when"])) +
           stack_lines(track["stack"]);
}

std::string page_lines(Json const& document)
{
    Json const& page = document["page"];
    std::string text = fmt::format(
        "physical {}  pfn {}  page {}  zone {}\nflags {} ({})  refcount {}  mapped {} times\n",
        plain(document["physical"]), plain(page["pfn"]), plain(page["page"]), plain(page["zone"]),
        plain(page["flags"]), plain(page["flag_names"]), plain(page["refcount"]),
        plain(page["mapcount"]));
    if (document.contains("page_owner")) {
        Json const& owner = document["page_owner"];
        text += fmt::format("page {} via order {}, gfp {}, pid {} ({}), ts {} ns\n",
                            owner["allocated"] ? "allocated" : "freed; was allocated",
                            plain(owner["order"]), plain(owner["gfp"]), plain(owner["pid"]),
                            plain(owner["comm"]), plain(owner["ts_nsec"]));
        text += stack_lines(owner["stack"]);
        if (!owner["free_stack"].empty())
            text += "last freed by\n" + stack_lines(owner["free_stack"]);
    }
    return text;
}

std::string slab_lines(Json const& slab)
{
    std::string const state = !slab["free"] ? "in use"
                              : slab.contains("cpu")
                                  ? "free, on a list of CPU " + plain(slab["cpu"])
                                  : "free";
    return fmt::format("object {} of {} bytes, number {} of {} in slab {} ({}): {}\n",
                       plain(slab["object"]), plain(slab["size"]), plain(slab["index"]),
                       plain(slab["of"]), plain(slab["slab"]), plain(slab["where"]), state);
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& identity : document["identities"])
        result += plain(identity) + "\n";
    if (document.contains("slab"))
        result += slab_lines(document["slab"]);
    if (document.contains("red_zones"))
        result += fmt::format("red zones: {}\n", plain(document["red_zones"]));
    if (document.contains("allocated"))
        result += track_lines("allocated", document["allocated"]);
    if (document.contains("freed"))
        result += track_lines("freed", document["freed"]);
    if (document.contains("page"))
        result += page_lines(document);
    if (document.contains("written"))
        result +=
            fmt::format("last written at instruction {}\n{}",
                        plain(document["written"]["instructions"]), stop_text(document["written"]));
    if (!document["aliases"].empty()) {
        std::vector<std::string> const aliases = document["aliases"];
        result += fmt::format("also at {}\n", fmt::join(aliases, ", "));
    }
    return result;
}

} // namespace

Command const kWhat = {
    "what",
    Group::Kernel,
    "what an address is: symbol, page, block, object, area, stack ...",
    kHelpText,
    R"({"address": "hex?", "physical": "hex?", "identities": ["string"], "aliases": ["hex"],
    "page": "any?", "slab": "any?", "red_zones": "string?", "allocated": "any?", "freed": "any?",
    "page_owner": "any?", "written": "any?"})",
    declare,
    text,
    Completes::Symbols};

} // namespace pagelab::shell
