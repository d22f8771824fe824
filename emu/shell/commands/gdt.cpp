// gdt: the segment descriptors in memory.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/register_bits.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The global descriptor table of the selected CPU, as it is in memory (a segment register
keeps what it was loaded with: see `regs`):

  0x10  00af9b000000ffff  base 0x0  limit 0xffffffff  code 64-bit RX A DPL=0
  '- selector '- raw descriptor; a TSS's and an LDT's are two words long in 64-bit mode

EXAMPLES
  gdt
  gdt | grep TSS
)";

Result<Json> read(Session& session)
{
    namespace d = x86::descriptor;
    cpu::CpuState const state = session.target().state();
    auto const& memory = session.target().virtual_memory();
    Json entries = Json::array();
    uint64_t const end = std::min<uint64_t>(state.gdt.limit, 0xffff) + 1;
    for (uint64_t at = 8; at + 8 <= end; at += 8) {
        std::array<uint64_t, 2> words{};
        VirtAddr const address(state.gdt.base + at);
        TRY(memory.read(address, std::as_writable_bytes(std::span(words).first(1))));
        if (words[0] == 0)
            continue;
        Json entry = {{"selector", hex(at)}, {"raw", hex(words[0])}};
        bool const is_wide = state.long_mode() && !d::NotSystem::is_set(words[0]);
        if (is_wide && at + 16 <= end) {
            TRY(memory.read(address, std::as_writable_bytes(std::span(words))));
            entry["raw_high"] = hex(words[1]);
            at += 8;
        }
        entry["base"] = hex(d::base(words[0]) | (is_wide ? words[1] << 32 : 0));
        entry["limit"] = hex(d::limit(words[0]));
        entry["decoded"] = segment_text(static_cast<uint32_t>(words[0] >> 32));
        entries.push_back(std::move(entry));
    }
    return Json{{"base", hex(state.gdt.base)},
                {"limit", hex(state.gdt.limit)},
                {"entries", std::move(entries)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    TextTable table({{""}, {""}, {""}, {""}, {""}});
    for (Json const& entry : document["entries"])
        table.row({plain(entry["selector"]), fmt::format("{:016x}", number(entry["raw"])),
                   "base " + plain(entry["base"]), "limit " + plain(entry["limit"]),
                   plain(entry["decoded"])});
    return fmt::format("GDT at {}, limit {}\n", plain(document["base"]), plain(document["limit"])) +
           table.text();
}

} // namespace

Command const kGdt = {"gdt",
                      Group::Execution,
                      "segment descriptors",
                      kHelpText,
                      R"({"base": "hex", "limit": "hex", "entries": [{"selector": "hex",
    "raw": "hex", "raw_high": "hex?", "base": "hex", "limit": "hex", "decoded": "string"}]})",
                      declare,
                      text};

} // namespace pagelab::shell
