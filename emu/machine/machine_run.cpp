// The run loop: time passes, requests are taken, a processor is chosen, interrupts delivered, and
// that processor goes on.
#include <algorithm>
#include <limits>
#include <utility>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

namespace {

constexpr uint64_t kAttendEvery = 5'000'000; // instructions between two calls of attend()
constexpr uint64_t kNmiRetry = 64;           // instructions, while an NMI waits for an IRET
constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

} // namespace

Outcome Machine::run()
{
    return run_to(kNever, cpu::StepInterrupts::Taken);
}

Outcome Machine::run_to(uint64_t instructions, cpu::StepInterrupts interrupts)
{
    debug_end_ = instructions;
    pass_milestone(interrupts);
    bool const held = interrupts == cpu::StepInterrupts::Held && schedule_.runs(cpu_);
    while (true) {
        if (engine_->instructions() >= debug_end_)
            return stop_here(cpu::DebugStop::Reason::Count);
        if (!std::exchange(resumes_, false) && !held)
            if (auto const outcome = prepare_run())
                return *outcome;
        switch (engine_->run()) {
        case cpu::Stop::Deadline:
        case cpu::Stop::SliceEnd:
        case cpu::Stop::InterruptWindow:
        case cpu::Stop::Requested:
            break;
        case cpu::Stop::Pause:
            give_slice_up();
            break;
        case cpu::Stop::Halt:
            schedule_.set_activity(cpu_, engine_->interrupts_enabled() ? Activity::Halted
                                                                       : Activity::Deaf);
            break;
        case cpu::Stop::Debug:
            resumes_ = true;
            debug_stop_ = engine_->debug_stop();
            if (stands_at_milestone()) {
                engine_->forget_debug_stop(); // it was ours
                pass_milestone(interrupts);
                break;
            }
            return Outcome::Stopped;
        case cpu::Stop::TripleFault:
            return Outcome::TripleFault;
        case cpu::Stop::Failure:
            return Outcome::Failure;
        }
    }
}

// And for nothing else that the debugger wants.
bool Machine::stands_at_milestone() const
{
    uint64_t const now = engine_->instructions();
    return debug_stop_.reason == cpu::DebugStop::Reason::Count && now >= milestone_ &&
           now < debug_end_;
}

void Machine::pass_milestone(cpu::StepInterrupts interrupts)
{
    if (milestone_ <= engine_->instructions())
        milestone_ = at_milestone_();
    engine_->set_debug_end(std::min(debug_end_, milestone_), interrupts);
}

// All that is to be done before a CPU goes on; an outcome if none does.
std::optional<Outcome> Machine::prepare_run()
{
    chipset_->advance_to(now_ns());
    if (auto const outcome = take_requests())
        return outcome;
    if (engine_->instructions() >= next_attend_) {
        next_attend_ = engine_->instructions() + kAttendEvery;
        if (!attendant_.attend(std::nullopt))
            return Outcome::Interrupted;
    }
    if (stop_requested_.exchange(false))
        return stop_here(cpu::DebugStop::Reason::Requested);
    if (chipset_->uart.has_flow_control())
        ask_for_input();
    feed_serial();
    if (auto const outcome = choose_cpu())
        return outcome;
    deliver_nmi();
    engine_->watch_interrupt_window(!deliver_interrupt() && chipset_->has_interrupt(cpu_));
    set_deadline();
    return std::nullopt;
}

std::optional<Outcome> Machine::take_requests()
{
    if (chipset_->exit_port.status())
        return Outcome::Exit;
    if (chipset_->keyboard.reset_requested())
        return Outcome::Reset;
    if (a20_ != chipset_->keyboard.a20_enabled()) {
        a20_ = chipset_->keyboard.a20_enabled();
        engine_->set_a20(a20_);
    }
    return std::nullopt;
}

// The next slice, or more of this one. An outcome if nobody can run.
std::optional<Outcome> Machine::choose_cpu()
{
    take_messages();
    if (!wake_up()) {
        if (!idle_until_wake_up())
            return Outcome::Interrupted;
        if (stop_requested_.exchange(false))
            return stop_here(cpu::DebugStop::Reason::Requested);
        if (!wake_up())
            return Outcome::Halted;
    }
    uint64_t const now = engine_->instructions();
    bool const alone = schedule_.running() == 1;
    time_.set_running(schedule_.running(), now);
    engine_->watch_pause(!alone);
    if (!schedule_.runs(cpu_) || now >= slice_end_ || (!alone && slice_end_ == kNever)) {
        switch_to(schedule_.pick(cpu_));
        slice_end_ = alone ? kNever : now + schedule_.draw_slice();
    } else if (alone) {
        slice_end_ = kNever;
    }
    engine_->set_slice_end(slice_end_);
    return std::nullopt;
}

void Machine::switch_to(unsigned cpu)
{
    engine_->switch_to(cpu);
    cpu_ = cpu;
}

// INIT and start-up messages (SDM vol. 3, 8.4.3). The first processor does not wait after INIT.
void Machine::take_messages()
{
    for (unsigned cpu = 0; cpu < schedule_.size(); ++cpu) {
        dev::LocalApic& lapic = chipset_->lapic(cpu);
        if (!lapic.has_init_or_start_up())
            continue;
        switch_to(cpu);
        slice_end_ = 0;
        bool const init = lapic.take_init();
        auto const start_up = lapic.take_start_up();
        if (init) {
            lapic.reset();
            engine_->reset();
            schedule_.set_activity(cpu, cpu == 0 ? Activity::Runs : Activity::WaitsForStartUp);
        }
        if (!start_up || schedule_.activity(cpu) != Activity::WaitsForStartUp)
            continue;
        cpu::CpuState state = engine_->state();
        state.segment[cpu::Cs].selector = static_cast<uint16_t>(*start_up << 8);
        state.segment[cpu::Cs].base = uint64_t{*start_up} << 12;
        state.rip = 0;
        engine_->set_state(state);
        schedule_.set_activity(cpu, Activity::Runs);
    }
}

bool Machine::has_reason_to_wake(unsigned cpu) const
{
    dev::LocalApic const& lapic = chipset_->lapic(cpu);
    switch (schedule_.activity(cpu)) {
    case Activity::Halted:
        return chipset_->has_interrupt(cpu) || lapic.has_nmi() || lapic.has_init_or_start_up();
    case Activity::Deaf:
        return lapic.has_nmi() || lapic.has_init_or_start_up();
    default:
        return lapic.has_init_or_start_up();
    }
}

// Those that have a reason to; whether anybody runs now.
bool Machine::wake_up()
{
    for (unsigned cpu = 0; cpu < schedule_.size(); ++cpu)
        if (schedule_.activity(cpu) != Activity::WaitsForStartUp && !schedule_.runs(cpu) &&
            has_reason_to_wake(cpu))
            schedule_.set_activity(cpu, Activity::Runs);
    return schedule_.running() != 0;
}

// Of a guest that is idle, or has flow control.
void Machine::ask_for_input()
{
    dev::Uart16550& uart = chipset_->uart;
    if (!uart.receive_interrupt_enabled())
        return;
    if (!uart.has_flow_control() || uart.take_ready_to_receive())
        attendant_.guest_waits();
}

// Nobody runs: nothing but an interrupt ends that. False if the attendant ends the run.
bool Machine::idle_until_wake_up()
{
    auto const anyone = [&](auto const& what) {
        for (unsigned cpu = 0; cpu < schedule_.size(); ++cpu)
            if (what(cpu))
                return true;
        return false;
    };
    auto const wakes = [&] {
        return anyone([&](unsigned cpu) { return has_reason_to_wake(cpu); });
    };
    if (!anyone([&](unsigned cpu) { return schedule_.activity(cpu) == Activity::Halted; }))
        return true;
    while (!wakes() && !stop_requested_) {
        ask_for_input();
        feed_serial();
        if (wakes())
            return true;
        auto const event = chipset_->next_event_ns();
        uint64_t const now = now_ns();
        std::optional<uint64_t> wait;
        if (event)
            wait = *event > now ? *event - now : 0;
        if (!attendant_.attend(wait))
            return false;
        feed_serial();
        if (event && !wakes()) {
            time_.pass(*wait);
            chipset_->advance_to(now_ns());
        }
    }
    return true;
}

// A processor that waits for another costs its turn, as if it had spent it in the PAUSE.
void Machine::give_slice_up()
{
    uint64_t const now = engine_->instructions();
    if (slice_end_ == kNever || slice_end_ <= now)
        return;
    time_.pass((slice_end_ - now) / schedule_.running());
    slice_end_ = now;
}

void Machine::deliver_nmi()
{
    if (!chipset_->lapic(cpu_).has_nmi() || !engine_->can_take_nmi())
        return;
    chipset_->lapic(cpu_).take_nmi();
    engine_->non_maskable_interrupt();
}

bool Machine::deliver_interrupt()
{
    if (!chipset_->has_interrupt(cpu_) || !engine_->can_interrupt())
        return false;
    engine_->interrupt(chipset_->acknowledge(cpu_));
    return true;
}

void Machine::set_deadline()
{
    auto const event = chipset_->next_event_ns();
    uint64_t deadline = std::min(event ? time_.count_at(*event) : kNever, next_attend_);
    if (chipset_->lapic(cpu_).has_nmi())
        deadline = std::min(deadline, engine_->instructions() + kNmiRetry);
    engine_->set_deadline(deadline);
}

// After an access to a device: what it may have changed.
void Machine::look_at_lines()
{
    set_deadline();
    if (chipset_->has_interrupt(cpu_))
        engine_->watch_interrupt_window(true);
    for (unsigned cpu = 0; cpu < schedule_.size(); ++cpu) {
        if ((cpu == cpu_ && chipset_->lapic(cpu).has_nmi()) ||
            (!(cpu == cpu_ && schedule_.size() == 1) && has_reason_to_wake(cpu)))
            engine_->request_stop();
    }
}

} // namespace pagelab::machine
