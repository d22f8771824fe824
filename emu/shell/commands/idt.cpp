// idt: which code handles which vector.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/register_bits.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The interrupt descriptor table of the selected CPU: gates that are present.

  0x0e  interrupt gate  DPL=0  0x10:0xffffffff810000e0 <trap_stubs+0xe0>  IST 1
  '- vector             '- who may INT    '- selector and handler          '- stack, from the TSS

EXAMPLES
  idt
  idt | grep DPL=3
)";

Result<Json> read(Session& session)
{
    namespace g = x86::gate;
    cpu::CpuState const state = session.target().state();
    if (!state.protected_mode())
        return fail("real mode has no gates: vectors are words at 0, four bytes each");
    auto const& memory = session.target().virtual_memory();
    uint64_t const size = state.long_mode() ? 16 : 8;
    uint64_t const count = std::min<uint64_t>((uint64_t{state.idt.limit} + 1) / size, 256);
    Json gates = Json::array();
    for (uint64_t vector = 0; vector < count; ++vector) {
        std::array<uint64_t, 2> words{};
        VirtAddr const address(state.idt.base + vector * size);
        TRY(memory.read(address, std::as_writable_bytes(std::span(words).first(size / 8))));
        if (!g::Present::is_set(words[0]))
            continue;
        uint64_t const type = g::Type::get(words[0]);
        uint64_t const offset = type == x86::kTypeTaskGate ? 0 : g::offset(words[0], words[1]);
        gates.push_back({{"vector", vector},
                         {"type", system_type_text(static_cast<unsigned>(type))},
                         {"dpl", g::PrivilegeLevel::get(words[0])},
                         {"selector", hex(g::Selector::get(words[0]))},
                         {"offset", hex(offset)},
                         {"symbol", offset == 0 ? "" : session.symbol_at(offset)},
                         {"ist", state.long_mode() ? g::StackTable::get(words[0]) : 0}});
    }
    return Json{{"base", hex(state.idt.base)},
                {"limit", hex(state.idt.limit)},
                {"gates", std::move(gates)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    TextTable table({{""}, {""}, {""}, {""}, {""}});
    for (Json const& gate : document["gates"]) {
        std::string const symbol = plain(gate["symbol"]);
        table.row({fmt::format("{:#04x}", number(gate["vector"])), plain(gate["type"]),
                   "DPL=" + plain(gate["dpl"]),
                   fmt::format("{}:{}{}", plain(gate["selector"]), plain(gate["offset"]),
                               symbol.empty() ? "" : " <" + symbol + ">"),
                   number(gate["ist"]) == 0 ? "" : "IST " + plain(gate["ist"])});
    }
    return fmt::format("IDT at {}, limit {}\n", plain(document["base"]), plain(document["limit"])) +
           table.text();
}

} // namespace

Command const kIdt = {"idt",
                      Group::Execution,
                      "interrupt gates and their handlers",
                      kHelpText,
                      R"({"base": "hex", "limit": "hex", "gates": [{"vector": "number",
    "type": "string", "dpl": "number", "selector": "hex", "offset": "hex", "symbol": "string",
    "ist": "number"}]})",
                      declare,
                      text};

} // namespace pagelab::shell
