// events: allocations and frees as they happen.
#include <algorithm>

#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(After `events on` every allocation and free is recorded while the guest
runs (`continue`, `guest`, `until` ...), at the entries and returns of the allocators:

  0.012345678  cpu 0  alloc  kmalloc-64     0xffff888000123440  32 bytes  by load_module+0x1c2
  0.012349999  cpu 0  free   order 2        0xffffea0000004800            by free_slab_pages+0x40

Nothing in the guest is changed; each event costs the host some microseconds. Filters keep what
they name: a cache, an order of pages, a part of the caller's name. `events` lists the newest last.
Pages got in bulk (vmalloc's) are not among the events.

EXAMPLES
  events on
  events on --cache kmalloc-64
  events on --order 0 --caller vmalloc
  events -c 40
  events off
)";

struct Options {
    std::string action;
    EventFilter filter;
    std::shared_ptr<uint64_t> cap;
};

Json describe(Session& session, Event const& event)
{
    std::string const symbol = session.symbol_at(event.caller);
    Json line = {{"time_ns", event.time_ns},
                 {"cpu", event.cpu},
                 {"what", event.is_free ? "free" : "alloc"},
                 {"kind", event.kind == Event::Kind::Slab ? "slab" : "page"},
                 {"address", hex(event.address)},
                 {"caller", symbol.empty() ? hex(event.caller) : symbol}};
    if (event.kind == Event::Kind::Page)
        line["order"] = event.order;
    if (!event.cache.empty())
        line["cache"] = event.cache;
    if (event.size != 0)
        line["size"] = event.size;
    return line;
}

Result<Json> read(Session& session, Options const& options)
{
    EventTrace& trace = session.events();
    machine::Machine* const machine = TRY(session.machine());
    if (options.action == "on")
        TRY(trace.start(*machine, session.target(), options.filter));
    else if (options.action == "off")
        trace.stop(*machine);
    else if (!options.action.empty())
        return fail("events, events on or events off, not '{}'", options.action);
    size_t const all = trace.events().size();
    size_t const shown = *options.cap == 0 ? all : std::min<size_t>(*options.cap, all);
    Json events = Json::array();
    for (size_t i = all - shown; i < all; ++i)
        events.push_back(describe(session, trace.events()[i]));
    return Json{{"on", trace.is_on()},
                {"recorded", trace.recorded()},
                {"kept", all},
                {"events", std::move(events)}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ACTION", options->action, "on or off; none: list");
    arguments.add_option("--cache", options->filter.cache, "only objects of this cache");
    arguments.add_option("--order", options->filter.order, "only pages, of this order");
    arguments.add_option("--caller", options->filter.caller, "only by callers named like this");
    options->cap = add_cap(arguments, 20);
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& event : document["events"]) {
        std::string const from = event["kind"] == "page"   ? "order " + plain(event["order"])
                                 : event.contains("cache") ? plain(event["cache"])
                                                           : "no cache";
        std::string const size =
            event.contains("size") ? plain(event["size"]) + " bytes" : std::string();
        uint64_t const time = event["time_ns"].get<uint64_t>();
        result += fmt::format("{}.{:09}  cpu {}  {:<5}  {:<16} {:<18}  {:<12} by {}\n",
                              time / 1'000'000'000, time % 1'000'000'000, plain(event["cpu"]),
                              plain(event["what"]), from, plain(event["address"]), size,
                              plain(event["caller"]));
    }
    return result + fmt::format("events are {}; {} recorded, {} kept\n",
                                document["on"] == true ? "on" : "off", plain(document["recorded"]),
                                plain(document["kept"]));
}

} // namespace

Command const kEvents = {
    "events",
    Group::History,
    "allocations and frees as they happen, by cache, order or caller",
    kHelpText,
    R"({"on": "bool", "recorded": "number", "kept": "number", "events": [{"time_ns": "number",
    "cpu": "number", "what": "string", "kind": "string", "address": "hex", "order": "number?",
    "cache": "string?", "size": "number?", "caller": "string"}]})",
    declare,
    text,
    Completes::Caches};

} // namespace pagelab::shell
