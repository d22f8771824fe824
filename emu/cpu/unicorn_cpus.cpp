// Several processors in turns: whose state the engine has, and where a turn ends.
//
// A turn ends at an exact instruction, mostly in the middle of a block. So a block that would go
// beyond the end is not entered; the library is asked for a shorter one in its place.
#include "emu/cpu/unicorn_engine.hpp"

#include <algorithm>

namespace pagelab::cpu {

void UnicornEngine::make_processors(unsigned count, std::byte* registers)
{
    auto const bytes = access_.bytes();
    processors_.resize(count);
    if (count == 1)
        return;
    for (Processor& processor : processors_)
        processor.state.assign(bytes.begin(), bytes.end());
    next_block_ = NextBlock::find(registers);
}

void UnicornEngine::switch_to(unsigned cpu)
{
    if (cpu == cpu_)
        return;
    auto const bytes = access_.bytes();
    bool const a20 = access_.a20();
    std::ranges::copy(bytes, processors_[cpu_].state.begin());
    std::ranges::copy(processors_[cpu].state, bytes.begin());
    access_.set_a20(a20);
    cpu_ = cpu;
    ++generation_; // the same addresses may be other code
    uc_ctl_flush_tlb(engine_.get());
}

void UnicornEngine::set_slice_end(uint64_t instructions)
{
    slice_end_ = instructions;
    update_attention();
}

void UnicornEngine::watch_pause(bool watch)
{
    watch_pause_ = watch;
}

// In the block callbacks: true to stop here, for run_blocks() to go on with a shorter block.
bool UnicornEngine::cut_block(uint32_t count)
{
    uint64_t const retired = clock_.retired();
    bool const too_long = retired + count > slice_end_ && retired < slice_end_;
    if (!too_long || !next_block_ || cut_at_ == retired)
        return false;
    cut_at_ = retired;
    cutting_ = true;
    uc_emu_stop(engine_.get());
    return true;
}

void UnicornEngine::stop_after_pause()
{
    if (!watch_pause_)
        return;
    pausing_ = true;
    update_attention();
}

bool UnicornEngine::can_take_nmi()
{
    return !access_.nmi_blocked() && !access_.interrupt_shadow();
}

void UnicornEngine::non_maskable_interrupt()
{
    constexpr uint8_t kNmi = 2;
    interrupt(kNmi);
    access_.set_nmi_blocked(true);
}

} // namespace pagelab::cpu
