// regs: the registers of the selected CPU, with what their bits mean.
#include "emu/mmu/paging_mode.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/register_bits.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(General registers, flags, control registers, segments with their hidden parts:

  CS  0x10  base 0x0  limit 0xffffffff  code 64-bit RX A DPL=0
      '- selector     '------ from the descriptor that was loaded ------

EXAMPLES
  regs
  regs --json | jq -r .control.cr3.raw
)";

Json decoded(uint64_t raw, std::string text)
{
    return {{"raw", hex(raw)}, {"decoded", std::move(text)}};
}

Json general_registers(cpu::CpuState const& state)
{
    constexpr std::array<char const*, 16> kNames = {"ax",  "cx",  "dx",  "bx", "sp",  "bp",
                                                    "si",  "di",  "r8",  "r9", "r10", "r11",
                                                    "r12", "r13", "r14", "r15"};
    bool const is_long = state.long_mode();
    Json result = Json::object();
    for (size_t i = 0; i < (is_long ? 16u : 8u); ++i) {
        std::string const prefix = i >= 8 ? "" : is_long ? "r" : "e";
        result[prefix + kNames[i]] = hex(state.gpr[i]);
    }
    return result;
}

Json segment(char const* name, cpu::Segment const& loaded)
{
    return {{"name", name},
            {"selector", hex(loaded.selector)},
            {"base", hex(loaded.base)},
            {"limit", hex(loaded.limit)},
            {"decoded", segment_text(loaded.attributes)}};
}

Result<Json> read(Session& session)
{
    constexpr std::array<char const*, 6> kSegments = {"ES", "CS", "SS", "DS", "FS", "GS"};
    cpu::CpuState const state = session.target().state();
    Json segments = Json::array();
    for (size_t i = 0; i < kSegments.size(); ++i)
        segments.push_back(segment(kSegments[i], state.segment[i]));
    segments.push_back(segment("LDT", state.ldt));
    segments.push_back(segment("TR", state.tr));
    return Json{
        {"cpu", session.target().selected_cpu()},
        {"cpl", state.cpl},
        {"general", general_registers(state)},
        {"rip", {{"raw", hex(state.rip)}, {"symbol", session.symbol_at(state.rip)}}},
        {"rflags", decoded(state.rflags, rflags_text(state.rflags))},
        {"control",
         {{"cr0", decoded(state.cr0, cr0_text(state.cr0))},
          {"cr2", decoded(state.cr2, "address of the last page fault")},
          {"cr3", decoded(state.cr3, fmt::format("{} paging", mmu::name(mmu::paging_mode(
                                                                  session.target().context()))))},
          {"cr4", decoded(state.cr4, cr4_text(state.cr4))},
          {"efer", decoded(state.efer, efer_text(state.efer))}}},
        {"segments", std::move(segments)},
        {"gdt", {{"base", hex(state.gdt.base)}, {"limit", hex(state.gdt.limit)}}},
        {"idt", {{"base", hex(state.idt.base)}, {"limit", hex(state.idt.limit)}}}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    size_t const width = document["general"].size() == 16 ? 16 : 8;
    auto const word = [&](Json const& value) {
        return fmt::format("{:0{}x}", number(value), width);
    };
    std::string result =
        fmt::format("CPU {}, CPL {}\n", plain(document["cpu"]), plain(document["cpl"]));
    size_t column = 0;
    for (auto const& [name, value] : document["general"].items())
        result += fmt::format("{:<3} {}{}", name, word(value), ++column % 4 == 0 ? "\n" : "  ");
    std::string const symbol = plain(document["rip"]["symbol"]);
    result += fmt::format("rip {}{}\n", word(document["rip"]["raw"]),
                          symbol.empty() ? "" : " <" + symbol + ">");
    TextTable control({{""}, {""}, {""}});
    control.row({"rflags", plain(document["rflags"]["raw"]), plain(document["rflags"]["decoded"])});
    for (auto const& [name, value] : document["control"].items())
        control.row({name, plain(value["raw"]), plain(value["decoded"])});
    for (char const* table : {"gdt", "idt"})
        control.row(
            {table, plain(document[table]["base"]), "limit " + plain(document[table]["limit"])});
    result += control.text();
    TextTable segments({{""}, {""}, {""}, {""}, {""}});
    for (Json const& each : document["segments"])
        segments.row({plain(each["name"]), plain(each["selector"]), "base " + plain(each["base"]),
                      "limit " + plain(each["limit"]), plain(each["decoded"])});
    return result + segments.text();
}

} // namespace

Command const kRegs = {"regs",
                       Group::Execution,
                       "the registers of the selected CPU, decoded",
                       kHelpText,
                       R"({"cpu": "number", "cpl": "number", "general": {"*": "hex"},
    "rip": {"raw": "hex", "symbol": "string"}, "rflags": {"raw": "hex", "decoded": "string"},
    "control": {"*": {"raw": "hex", "decoded": "string"}},
    "segments": [{"name": "string", "selector": "hex", "base": "hex", "limit": "hex",
        "decoded": "string"}],
    "gdt": {"base": "hex", "limit": "hex"}, "idt": {"base": "hex", "limit": "hex"}})",
                       declare,
                       text};

} // namespace pagelab::shell
