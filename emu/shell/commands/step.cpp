// step: one instruction, or several.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/stops.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Of the current CPU; others take their turns meanwhile. Interrupts that are due are
taken, so the next instruction may be a handler's; with --no-interrupts they wait.

EXAMPLES
  step
  step 100
  step --no-interrupts
)";

struct Options {
    uint64_t count = 1;
    bool no_interrupts = false;
};

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("N", options->count, "how many")->check(CLI::PositiveNumber);
    arguments.add_flag("--no-interrupts", options->no_interrupts, "interrupts and devices wait");
    return [options](Session& session) {
        auto const interrupts =
            options->no_interrupts ? cpu::StepInterrupts::Held : cpu::StepInterrupts::Taken;
        return run_machine(session, [&](machine::Machine& machine) {
            machine::Outcome outcome = machine::Outcome::Stopped;
            for (uint64_t i = 0; i < options->count; ++i) {
                outcome = machine.step(interrupts);
                if (outcome != machine::Outcome::Stopped ||
                    machine.debug_stop().reason != cpu::DebugStop::Reason::Count)
                    break;
            }
            return outcome;
        });
    };
}

} // namespace

Command const kStep = {"step",    Group::Execution, "execute one instruction, or N",
                       kHelpText, kStopShape,       declare,
                       stop_text};

} // namespace pagelab::shell
