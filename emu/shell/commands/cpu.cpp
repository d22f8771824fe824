// cpu: the processors, and which one commands look at.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

Result<Json> read(Session& session, std::optional<unsigned> cpu)
{
    Target& target = session.target();
    if (cpu)
        TRY(target.select_cpu(*cpu));
    Json cpus = Json::array();
    auto const states = target.states();
    for (unsigned i = 0; i < states.size(); ++i) {
        uint64_t const rip = states[i].linear_rip();
        cpus.push_back({{"cpu", i},
                        {"selected", i == target.selected_cpu()},
                        {"rip", hex(rip)},
                        {"symbol", session.symbol_at(rip)},
                        {"cr3", hex(states[i].cr3)}});
    }
    return Json{{"cpus", std::move(cpus)}};
}

Reader declare(CLI::App& arguments)
{
    auto const cpu = std::make_shared<std::optional<unsigned>>();
    arguments.add_option("N", *cpu, "select this one");
    return [cpu](Session& session) { return read(session, *cpu); };
}

std::string text(Json const& document)
{
    TextTable table({{""}, {"CPU", Align::Right}, {"RIP"}, {""}, {"CR3"}});
    for (Json const& cpu : document["cpus"])
        table.row({cpu["selected"].get<bool>() ? "*" : "", plain(cpu["cpu"]), plain(cpu["rip"]),
                   plain(cpu["symbol"]), plain(cpu["cr3"])});
    return table.text();
}

} // namespace

Command const kCpu = {"cpu",
                      Group::Execution,
                      "the processors, and which one is looked at",
                      "EXAMPLES\n  cpu\n  cpu 1\n",
                      R"({"cpus": [{"cpu": "number", "selected": "bool", "rip": "hex",
    "symbol": "string", "cr3": "hex"}]})",
                      declare,
                      text};

} // namespace pagelab::shell
