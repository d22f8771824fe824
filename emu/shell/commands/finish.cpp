// finish: runs to the return from the current function.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/run_to.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The kernels are built with frame pointers:

  | return address |  <- frame pointer + word
  | caller's frame |  <- frame pointer (RBP, EBP)
  | locals ...     |

At a function's first instruction the return address is on top of the stack.

EXAMPLES
  finish
)";

Result<uint64_t> read_word(Session& session, uint64_t address)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    return TRY(kernel->read_pointer(VirtAddr(address))).value;
}

Reader declare(CLI::App&)
{
    return [](Session& session) -> Result<Json> {
        machine::Machine* const machine = TRY(session.machine());
        cpu::CpuState const state = machine->engine().state();
        guest::CodeMap const* const code = TRY(session.target().code());
        auto const place = code->place(state.linear_rip());
        bool const at_start = place && place->offset == 0;
        unsigned const word = state.code_64() ? 8 : 4;
        uint64_t const slot = at_start ? state.gpr[cpu::Rsp] : state.gpr[cpu::Rbp] + word;
        return run_to(session, {.address = TRY(read_word(session, slot)), .stack_above = slot});
    };
}

} // namespace

Command const kFinish = {"finish",  Group::Execution, "let the current function return",
                         kHelpText, kStopShape,       declare,
                         stop_text};

} // namespace pagelab::shell
