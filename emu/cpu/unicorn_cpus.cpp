// Several processors in turns: whose state the engine has, and where a turn ends.
//
// A turn ends at an exact instruction, mostly in the middle of a block. So a block that would go
// beyond the end is not entered; the library is asked for a shorter one in its place.
#include "emu/cpu/unicorn_engine.hpp"

#include <algorithm>

namespace pagelab::cpu {

namespace {

// Whether linear addresses are the same, but for what a TLB has kept.
bool is_same_space(mmu::Context const& a, mmu::Context const& b)
{
    return a.cr0 == b.cr0 && a.cr3 == b.cr3 && a.cr4 == b.cr4 && a.efer == b.efer &&
           a.pdptes == b.pdptes;
}

} // namespace

Result<> UnicornEngine::make_processors(unsigned count, std::byte* registers)
{
    auto const bytes = access_.bytes();
    processors_.resize(count);
    next_block_ = NextBlock::find(registers);
    if (count == 1)
        return {};
    if (library_tlb_)
        if (auto made = ProcessorTlbs::make(*library_tlb_, count))
            tlbs_.emplace(std::move(*made));
    if (!next_block_ || !tlbs_)
        return fail("this Unicorn keeps its {} differently; several processors need 2.1.4",
                    next_block_ ? "TLB" : "CPU");
    for (Processor& processor : processors_)
        processor = {{bytes.begin(), bytes.end()}, std::nullopt, walker_, false};
    return {};
}

void UnicornEngine::switch_to(unsigned cpu)
{
    if (cpu == cpu_)
        return;
    ++statistics_.switches;
    Processor& last = processors_[cpu_];
    Processor& next = processors_[cpu];
    auto const bytes = access_.bytes();
    bool const a20 = access_.a20();
    mmu::Context const context = access_.load_paging().context;
    std::ranges::copy(bytes, last.state.begin());
    std::ranges::copy(next.state, bytes.begin());
    access_.set_a20(a20);
    last.pdptes = access_.pdptes();
    access_.set_pdptes(next.pdptes);
    last.walker = walker_;
    walker_ = next.walker;
    if (last.walker != next.walker)
        call_walker();
    last.flush_tlb = false;
    tlbs_->switch_to(cpu);
    bool const same_space = is_same_space(access_.load_paging().context, context);
    if (next.flush_tlb)
        flush_tlb();
    else if (!same_space)
        forget_block_addresses();
    if (!same_space)
        ++generation_;
    cpu_ = cpu;
}

// The library finds blocks by linear address alone before it asks the TLB.
void UnicornEngine::forget_block_addresses()
{
    ProcessorTlbs::Untouched const untouched(*tlbs_);
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
    if (!too_long || cut_at_ == retired)
        return false;
    cut_at_ = retired;
    cut_length_ = static_cast<uint32_t>(slice_end_ - retired);
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
