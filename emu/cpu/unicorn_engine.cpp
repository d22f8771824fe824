// The engine between callbacks: creation, reset, the run loop, state in and out.
#include "emu/cpu/unicorn_engine.hpp"

#include "emu/cpu/exit_checks.hpp"
#include "emu/cpu/leave_long_mode.hpp"
#include "emu/cpu/live_state.hpp"
#include "emu/cpu/region_memo.hpp"
#include "emu/cpu/state_probe.hpp"

namespace pagelab::cpu {

Result<std::unique_ptr<Engine>> Engine::create(EngineOptions const& options,
                                               mem::PhysicalMemory& memory, Platform& platform)
{
    uc_engine* handle = nullptr;
    TRY(unicorn_result(uc_open(UC_ARCH_X86, UC_MODE_64, &handle), "uc_open"));
    EnginePointer pointer(handle);
    TRY(unicorn_result(uc_ctl_set_cpu_model(handle, options.model.library_number),
                       "uc_ctl_set_cpu_model"));
    TRY(unicorn_result(uc_ctl_exits_enable(handle), "uc_ctl_exits_enable"));
    static Result<StateLayout> const layout = probe_state_layout(handle);
    if (!layout)
        return std::unexpected(layout.error());
    omit_exit_checks(handle); // else only slower
    std::byte* const state = TRY(find_live_state(handle, *layout));

    auto engine = std::make_unique<UnicornEngine>(
        std::move(pointer), StateAccess(handle, state, *layout), memory, platform);
    engine->read_cpuid_table();
    TRY(engine->map_memory(options.trapped_pages));
    remember_regions(handle, memory.regions().front().base); // else only slower
    TRY(engine->add_hooks());
    TRY(engine->spare_tlb_scans());
    engine->reset();
    engine->find_tlb(state + layout->registers);
    TRY(engine->make_processors(options.cpus, state + layout->registers));
    return engine;
}

UnicornEngine::UnicornEngine(EnginePointer engine, StateAccess const& access,
                             mem::PhysicalMemory& memory, Platform& platform)
    : engine_(std::move(engine)), access_(access), memory_(memory), platform_(platform),
      page_use_(memory.regions().back().end()), write_ahead_(memory)
{
    clock_.hot().engine = this;
    clock_.hot().on_low_credit = on_low_credit;
}

// Intel SDM vol. 3, table 9-1: the state after RESET.
void UnicornEngine::reset()
{
    constexpr uint32_t kCode = 0x9b00, kData = 0x9300, kLdt = 0x8200, kTss = 0x8b00;
    constexpr uint64_t kCr0AfterReset = 0x6000'0010;
    leave_long_mode(engine_.get());
    uint64_t const cr0 = kCr0AfterReset, zero = 0;
    uc_reg_write(engine_.get(), UC_X86_REG_CR0, &cr0);
    uc_reg_write(engine_.get(), UC_X86_REG_CR3, &zero);
    CpuState state = access_.load();
    state.gpr = {};
    state.gpr[Rdx] = 0x600; // family in DH
    state.rip = 0xfff0;
    state.rflags = 0x2;
    for (Segment& segment : state.segment)
        segment = {0, 0, 0xffff, kData};
    state.segment[Cs] = {0xf000, 0xffff'0000, 0xffff, kCode};
    state.ldt = {0, 0, 0xffff, kLdt};
    state.tr = {0, 0, 0xffff, kTss};
    state.gdt = {0, 0xffff};
    state.idt = {0, 0xffff};
    state.cr2 = 0;
    state.cpl = 0;
    state.interrupt_shadow = false;
    access_.store(state);
    access_.store_all_flags(state.rflags);
    access_.clear_old_exception();
    access_.set_nmi_blocked(false);
    uc_ctl_flush_tlb(engine_.get());
}

Stop UnicornEngine::run()
{
    if (std::exchange(debug_.report_held, false))
        return Stop::Debug;
    bool const resuming = std::exchange(debug_.resuming, false);
    stop_ = resuming ? std::exchange(deferred_stop_, std::nullopt) : std::nullopt;
    pausing_ = resuming && pausing_;
    deliver_held();
    update_attention();
    if (resuming)
        forget_discarded_code(); // a debugger may have written it
    else
        choose_walker();
    uc_err const status = run_blocks();
    clock_.leave_block();
    if (status != UC_ERR_OK) {
        CpuState const now = state();
        failure_ = fmt::format("{} at {:x}:{:x} (linear {:x})", uc_strerror(status),
                               now.segment[Cs].selector, now.rip, now.linear_rip());
        return Stop::Failure;
    }
    return stop_.value_or(Stop::Halt);
}

void UnicornEngine::set_deadline(uint64_t instructions)
{
    deadline_ = instructions;
    update_attention();
}

void UnicornEngine::watch_interrupt_window(bool watch)
{
    watch_window_ = watch;
    update_attention();
}

void UnicornEngine::request_stop()
{
    if (stop_)
        return;
    stop_ = Stop::Requested;
    update_attention();
    uc_emu_stop(engine_.get());
}

bool UnicornEngine::interrupts_enabled()
{
    uint64_t rflags = 0;
    uc_reg_read(engine_.get(), UC_X86_REG_RFLAGS, &rflags);
    return (rflags & (1u << 9)) != 0;
}

bool UnicornEngine::can_interrupt()
{
    if (!interrupts_enabled())
        return false;
    return !access_.interrupt_shadow();
}

void UnicornEngine::interrupt(uint8_t vector)
{
    ++statistics_.interrupts[vector];
    Event const event{vector, Event::Source::External, 0};
    if (!debug_.points.empty() && holds_event(event))
        return;
    CpuState state = access_.load();
    finish_delivery(state, event);
}

void UnicornEngine::set_a20(bool enabled)
{
    access_.set_a20(enabled);
    flush_all_tlbs();
}

void UnicornEngine::discard_code(PhysAddr address, uint64_t bytes)
{
    PhysAddr const end = address + bytes;
    bool has_code = false;
    for (PhysAddr page = address.page_start(); page < end && !has_code; page += kPageSize)
        has_code = page_use_.has(page, PageUse::Code);
    if (!has_code)
        return;
    discard_all_code_ = true;
    leave_at_next_block_ = true;
    update_attention();
}

CpuState UnicornEngine::state()
{
    return access_.load();
}

void UnicornEngine::set_state(CpuState const& state)
{
    access_.store(state);
    access_.store_all_flags(state.rflags);
}

EngineStatistics const& UnicornEngine::statistics()
{
    statistics_.blocks = clock_.blocks();
    return statistics_;
}

uint64_t UnicornEngine::instructions() const
{
    uint32_t const count = clock_.current().count;
    if (count == 0)
        return clock_.retired();
    return clock_.retired() - count + executed_before(access_.load_linear_rip());
}

} // namespace pagelab::cpu
