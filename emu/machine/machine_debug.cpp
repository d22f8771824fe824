// Runs that end where the debugger says, on top of the engine's stops.
#include <limits>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

Outcome Machine::stop_here(cpu::DebugStop::Reason reason)
{
    uint64_t const rip = engine_->state().linear_rip();
    debug_stop_ = {.reason = reason, .cpu = cpu_, .rip = rip, .instruction = rip};
    return Outcome::Stopped;
}

Outcome Machine::step(cpu::StepInterrupts interrupts)
{
    unsigned const mine = cpu_;
    while (true) {
        uint64_t const before = engine_->instructions();
        Outcome const outcome = run_to(before + 1, interrupts);
        bool const counted =
            outcome == Outcome::Stopped && debug_stop_.reason == cpu::DebugStop::Reason::Count;
        if (!counted || debug_stop_.cpu == mine || !schedule_.runs(mine))
            return outcome;
    }
}

Outcome Machine::run_until(uint64_t instructions)
{
    return run_to(instructions, cpu::StepInterrupts::Taken);
}

Outcome Machine::run_until(std::function<bool(cpu::DebugStop const&)> const& condition)
{
    while (true) {
        Outcome const outcome = run();
        if (outcome != Outcome::Stopped || condition(debug_stop_) ||
            debug_stop_.reason == cpu::DebugStop::Reason::Requested)
            return outcome;
    }
}

} // namespace pagelab::machine
