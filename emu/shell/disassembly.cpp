// Bytes by the walker, words by Capstone, names by the session.
#include "emu/shell/disassembly.hpp"

#include <algorithm>
#include <array>

#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr size_t kLongest = 15; // bytes of an instruction: Intel SDM volume 2, section 2.3.11

// At most a page's end away: what lies behind may not be mapped.
Result<size_t> fetch(Target::Memory const& memory, uint64_t address, std::span<std::byte> out)
{
    size_t done = 0;
    while (done < out.size()) {
        VirtAddr const here(address + done);
        auto const piece = std::min<uint64_t>(out.size() - done, memory.mapped_run(here));
        if (piece == 0)
            break;
        TRY(memory.read(here, out.subspan(done, piece)));
        done += piece;
    }
    if (done == 0)
        TRY(memory.read(VirtAddr(address), out.first(1))); // says why
    return done;
}

std::string hex_bytes(std::span<std::byte const> bytes)
{
    std::string result;
    for (std::byte const byte : bytes)
        result += fmt::format("{}{:02x}", result.empty() ? "" : " ", static_cast<unsigned>(byte));
    return result;
}

} // namespace

CodeWidth code_width(cpu::CpuState const& state)
{
    if (state.code_64())
        return CodeWidth::Bits64;
    bool const is_wide = cpu::attribute::DefaultSize::is_set(state.segment[cpu::Cs].attributes);
    return state.protected_mode() && is_wide && !state.virtual_8086() ? CodeWidth::Bits32
                                                                      : CodeWidth::Bits16;
}

Result<Json> disassemble(Session& session, uint64_t address, uint64_t count, Syntax syntax)
{
    Decoder const decoder;
    cpu::CpuState const state = session.target().state();
    auto const& memory = session.target().virtual_memory();
    CodeWidth const width = code_width(state);
    Json result = Json::array();
    for (uint64_t i = 0; i < count; ++i) {
        TRY(session.progress().step(i, count));
        std::array<std::byte, kLongest> bytes;
        auto const size = fetch(memory, address, bytes);
        if (!size && i == 0)
            return std::unexpected(size.error());
        if (!size)
            break;
        auto const code = std::span(bytes).first(*size);
        auto const instruction = decoder.disassemble(code, address, width, syntax);
        std::string const symbol = session.symbol_at(address);
        Json line = {{"address", hex(address)},
                     {"bytes", hex_bytes(code.first(instruction->size))},
                     {"text", instruction->operands.empty()
                                  ? instruction->mnemonic
                                  : instruction->mnemonic + " " + instruction->operands},
                     {"current", address == state.linear_rip()}};
        if (!symbol.empty())
            line["symbol"] = symbol;
        if (instruction->target)
            if (std::string target = session.symbol_at(*instruction->target); !target.empty())
                line["target"] = std::move(target);
        result.push_back(std::move(line));
        address += instruction->size;
    }
    return result;
}

std::string disassembly_text(Json const& instructions)
{
    TextTable table({{""}, {""}, {""}, {""}});
    for (Json const& line : instructions) {
        std::string const symbol =
            line.contains("symbol") ? " <" + plain(line["symbol"]) + ">:" : ":";
        std::string const target =
            line.contains("target") ? " <" + plain(line["target"]) + ">" : "";
        table.row({line["current"].get<bool>() ? "=>" : "  ", plain(line["address"]) + symbol,
                   plain(line["bytes"]), plain(line["text"]) + target});
    }
    return table.text();
}

} // namespace pagelab::shell
