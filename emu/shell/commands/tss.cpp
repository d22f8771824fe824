// tss: the task state segment, where the processor finds stacks for what interrupts it.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The task state segment that TR selects.

  64-bit:  RSP0..2, for entries to ring 0..2   IST1..7, for gates that name one (`idt`)
  32-bit:  SS0:ESP0 .. SS2:ESP2, and a whole task's registers

EXAMPLES
  tss
)";

template<class Tss>
Result<Tss> read_tss(Session& session, uint64_t base)
{
    Tss tss;
    TRY(session.target().virtual_memory().read(VirtAddr(base),
                                               std::as_writable_bytes(std::span(&tss, 1))));
    return tss;
}

Result<Json> read(Session& session)
{
    cpu::CpuState const state = session.target().state();
    uint64_t const base = state.tr.base;
    Json fields = Json::object();
    if (state.tr.selector == 0)
        return fail("TR selects nothing: no task state segment is loaded");
    if (state.long_mode()) {
        auto const tss = TRY(read_tss<x86::Tss64>(session, base));
        for (size_t i = 0; i < 3; ++i)
            fields[fmt::format("rsp{}", i)] = hex(uint64_t{tss.rsp[i]});
        for (size_t i = 0; i < 7; ++i)
            fields[fmt::format("ist{}", i + 1)] = hex(uint64_t{tss.ist[i]});
        fields["io_map_base"] = hex(uint64_t{tss.io_map_base});
    } else {
        auto const tss = TRY(read_tss<x86::Tss32>(session, base));
        struct Named {
            char const* name;
            uint64_t value;
        };
        for (Named const& each :
             {Named{"esp0", tss.esp0}, Named{"ss0", tss.ss0}, Named{"esp1", tss.esp1},
              Named{"ss1", tss.ss1}, Named{"esp2", tss.esp2}, Named{"ss2", tss.ss2},
              Named{"cr3", tss.cr3}, Named{"eip", tss.eip}, Named{"eflags", tss.eflags},
              Named{"esp", tss.esp}, Named{"previous_task", tss.previous_task},
              Named{"io_map_base", tss.io_map_base}})
            fields[each.name] = hex(each.value);
    }
    return Json{{"selector", hex(state.tr.selector)},
                {"base", hex(base)},
                {"limit", hex(state.tr.limit)},
                {"fields", std::move(fields)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    std::string result = fmt::format("TSS {} at {}, limit {}\n", plain(document["selector"]),
                                     plain(document["base"]), plain(document["limit"]));
    for (auto const& [name, value] : document["fields"].items())
        result += fmt::format("  {:<13} {}\n", name, plain(value));
    return result;
}

} // namespace

Command const kTss = {"tss",
                      Group::Execution,
                      "the task state segment",
                      kHelpText,
                      R"({"selector": "hex", "base": "hex", "limit": "hex",
    "fields": {"*": "hex"}})",
                      declare,
                      text};

} // namespace pagelab::shell
