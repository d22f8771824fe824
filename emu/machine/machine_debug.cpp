// Runs that end where the debugger says, on top of the engine's stops.
#include <limits>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

namespace {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

} // namespace

Outcome Machine::stop_here(cpu::DebugStop::Reason reason)
{
    uint64_t const rip = engine_->state().linear_rip();
    debug_stop_ = {.reason = reason, .cpu = cpu_, .rip = rip, .instruction = rip};
    return Outcome::Stopped;
}

void Machine::set_milestone(uint64_t instructions, Milestone reached)
{
    milestone_ = reached ? instructions : kNever;
    at_milestone_ = std::move(reached);
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
