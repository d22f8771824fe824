// history: every access to a range in a stretch of the past.
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/text_table.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(By instructions; what the processor itself pushes for an exception, and the flags it sets
in page tables, are not seen. With -c N the last N are shown. The machine stays where it is. Needs
`record`.

EXAMPLES
  history &jiffies
  history -p 0x1000 64 --from 12000000
)";

struct Options {
    std::string address, size;
    uint64_t from = 0;
    bool physical = false;
    bool writes = false;
    std::shared_ptr<uint64_t> cap;
};

Json row_of(Session& session, machine::Machine& machine, cpu::DebugStop const& stop)
{
    Json row = {{"instructions", machine.engine().instructions()},
                {"cpu", stop.cpu},
                {"operation", stop.operation == mmu::Operation::Write ? "write" : "read"},
                {"address", hex(stop.address)},
                {"size", stop.size},
                {"instruction", hex(stop.instruction)}};
    if (stop.before)
        row["before"] = hex(*stop.before);
    if (stop.after)
        row["after"] = hex(*stop.after);
    if (std::string const symbol = session.symbol_at(stop.instruction); !symbol.empty())
        row["symbol"] = symbol;
    return row;
}

Result<Json> read(Session& session, Options const& options)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    machine::Machine& machine = *TRY(session.machine());
    uint64_t const address = TRY(session.evaluate(options.address));
    uint64_t const size = options.size.empty() ? TRY(session.target().types())->pointer_size()
                                               : TRY(session.evaluate(options.size));
    auto const space = options.physical ? cpu::AddressSpace::Physical : cpu::AddressSpace::Virtual;
    auto const accesses = options.writes ? cpu::AccessMask::Write : cpu::AccessMask::ReadWrite;
    if (!timeline.is_on())
        return fail("nothing is recorded (try: record)");
    std::vector<Json> rows;
    uint64_t seen = 0;
    uint64_t const from = std::max(options.from, timeline.begin());
    cpu::Watchpoint const watched{space, address, size, accesses};
    TRY(with_watchpoint(session, watched, [&] {
        return timeline.for_each_stop(from, [&](cpu::DebugStop const& stop) {
            if (!is_for(stop, watched))
                return;
            ++seen;
            if (is_beyond(*options.cap, rows.size()))
                rows.erase(rows.begin());
            rows.push_back(row_of(session, machine, stop));
        });
    }));
    TRY(arrive(session));
    return Json{{"from", from}, {"accesses", rows}, {"seen", seen}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    options->cap = add_cap(arguments, 100);
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression")
        ->required();
    arguments.add_option("SIZE", options->size, "bytes; a word if left out");
    arguments.add_option("--from", options->from, "instruction count to begin at");
    arguments.add_flag("-p,--physical", options->physical, "a physical address");
    arguments.add_flag("-w,--writes", options->writes, "only these");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    TextTable table({{"INSTRUCTIONS", Align::Right},
                     {"CPU", Align::Right},
                     {"ACCESS"},
                     {"ADDRESS"},
                     {"BEFORE"},
                     {"AFTER"},
                     {"BY"}});
    for (Json const& row : document["accesses"])
        table.row({plain(row["instructions"]), plain(row["cpu"]),
                   fmt::format("{} {}", plain(row["operation"]), plain(row["size"])),
                   plain(row["address"]), row.contains("before") ? plain(row["before"]) : "",
                   row.contains("after") ? plain(row["after"]) : "",
                   row.contains("symbol") ? plain(row["symbol"]) : plain(row["instruction"])});
    return (document["accesses"].empty() ? "" : table.text()) +
           fmt::format("{} accesses since instruction {}\n", plain(document["seen"]),
                       plain(document["from"]));
}

} // namespace

Command const kHistory = {"history",
                          Group::Execution,
                          "every access to a range in the recorded past",
                          kHelpText,
                          R"({"from": "number", "seen": "number", "accesses": [{
    "instructions": "number", "cpu": "number", "operation": "string", "address": "hex",
    "size": "number", "before": "hex?", "after": "hex?", "instruction": "hex",
    "symbol": "string?"}]})",
                          declare,
                          text,
                          Completes::Symbols};

} // namespace pagelab::shell
