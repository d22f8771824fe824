// next: one instruction, a call with all it does being one.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/disassembly.hpp"
#include "emu/shell/run_to.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(As `step`, but a CALL, and what interrupts it, is run to its return.

EXAMPLES
  next
)";

Reader declare(CLI::App&)
{
    return [](Session& session) -> Result<Json> {
        machine::Machine* const machine = TRY(session.machine());
        cpu::CpuState const state = machine->engine().state();
        Json const code = TRY(disassemble(session, state.linear_rip(), 2, Syntax::Att));
        bool const is_call =
            code.size() == 2 && plain(code[0]["text"]).find("call") != std::string::npos;
        if (!is_call)
            return run_machine(session, [](machine::Machine& it) { return it.step(); });
        return run_to(session, {.address = number(code[1]["address"]),
                                .stack_above = state.gpr[cpu::Rsp] - 1});
    };
}

} // namespace

Command const kNext = {"next",    Group::Execution, "execute one instruction, calls as a whole",
                       kHelpText, kStopShape,       declare,
                       stop_text};

} // namespace pagelab::shell
