// record: from now on the past is kept.
#include "emu/machine/timeline.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(A moment is kept every few million instructions, and what is typed with its time. So
any instruction between can be reached again: what lies after the moment is run once more.

  record     |------|------|------|----> now
                        ^ goto: back to the moment before, then forward

While the machine stands in its past, `continue` runs to the present as it went the first time;
typing a line there (`guest`) begins another future, and the old one is forgotten.

EXAMPLES
  record
  record --every 1000000
  record off
)";

struct Options {
    std::string what;
    uint64_t every = machine::Timeline::kInterval;
};

Result<Json> read(Session& session, Options const& options)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    if (options.what == "off")
        timeline.stop();
    else if (options.what == "on" || !timeline.is_on())
        timeline.start(options.every);
    if (!timeline.is_on())
        return Json{{"on", false}};
    uint64_t pages = 0;
    mem::RamImage const nothing;
    mem::RamImage const* last = &nothing;
    for (machine::Moment const& moment : timeline.moments()) {
        pages += moment.snapshot.ram.pages_beside(*last);
        last = &moment.snapshot.ram;
    }
    return Json{{"on", true},
                {"first", timeline.begin()},
                {"last", timeline.end()},
                {"now", TRY(session.machine())->engine().instructions()},
                {"moments", timeline.moments().size()},
                {"bytes", pages * kPageSize}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("WHAT", options->what, "on: from here anew; off; else as it is, and on")
        ->check(CLI::IsMember({"on", "off"}));
    arguments.add_option("--every", options->every, "instructions between two moments")
        ->check(CLI::Range(1'000, 1'000'000'000))
        ->capture_default_str();
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    if (!document["on"].get<bool>())
        return "nothing is recorded\n";
    return fmt::format("instructions {} to {}, now at {}; {} moments, {} KiB\n",
                       plain(document["first"]), plain(document["last"]), plain(document["now"]),
                       plain(document["moments"]), document["bytes"].get<uint64_t>() / 1024);
}

} // namespace

Command const kRecord = {"record",
                         Group::Execution,
                         "keep the past from now on, for goto and reverse-*",
                         kHelpText,
                         R"({"on": "bool", "first": "number?", "last": "number?", "now": "number?",
    "moments": "number?", "bytes": "number?"})",
                         declare,
                         text};

} // namespace pagelab::shell
