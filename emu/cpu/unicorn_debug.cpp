// Stopping for the debugger, at exactly the instruction it wants: debug_state.hpp.
#include <algorithm>
#include <cstring>

#include "emu/cpu/block_patch.hpp"
#include "emu/cpu/library_calls.hpp"
#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

namespace {

bool needs_library_calls(DebugPoint const& point)
{
    return std::holds_alternative<Watchpoint>(point) || std::holds_alternative<PortCatch>(point) ||
           std::holds_alternative<ControlCatch>(point);
}

} // namespace

Result<PointId> UnicornEngine::add_point(DebugPoint const& point)
{
    if (needs_library_calls(point) && (!library_calls_are_ours() || !library_tlb_))
        return fail("this build cannot watch accesses: its Unicorn is no archive");
    PointId const id = TRY(debug_.points.add(point));
    if (std::holds_alternative<Watchpoint>(point))
        mark_watched_pages();
    if (std::holds_alternative<Breakpoint>(point))
        trap_blocks();
    update_attention();
    return id;
}

// Blocks counted in place are not looked at when they are entered: those that may have a breakpoint
// are given a price that makes them call.
void UnicornEngine::trap_blocks()
{
    std::erase_if(prices_, [this](auto const& entry) {
        auto const [record, place] = entry;
        BlockClock::Record const& block = clock_.record(record);
        bool const trap = debug_.points.may_break(block.address, block.size);
        if (trap == clock_.is_trapped(record))
            return false;
        uint64_t const price = trap ? BlockClock::kTrapPrice : BlockClock::price(block.count);
        bool const there = set_price(place, record, price);
        clock_.set_trapped(record, trap && there);
        return !there; // the library has put other code there
    });
}

bool UnicornEngine::remove_point(PointId id)
{
    bool const removed = debug_.points.remove(id);
    trap_blocks();
    update_attention();
    return removed;
}

void UnicornEngine::set_debug_end(uint64_t instructions, StepInterrupts interrupts)
{
    debug_.end = instructions;
    debug_.interrupts = interrupts;
    update_attention();
}

// What is due before a block is entered: true to leave the library instead.
bool UnicornEngine::holds_back(BlockClock::Record const& block)
{
    if (!debug_.is_on()) [[likely]] {
        if (clock_.attention_reached() && attend())
            return true;
        return cut_block(block.count);
    }
    if (stops_for_debugger(block.address))
        return true;
    bool const seam = debug_.in_pieces(clock_.retired());
    bool const attends = !seam && debug_.interrupts == StepInterrupts::Taken;
    if (attends && clock_.attention_reached() && attend())
        return true;
    if (cuts_for_debugger(block))
        return true;
    return !seam && cut_block(block.count);
}

bool UnicornEngine::stops_for_debugger(uint64_t linear)
{
    uint64_t const retired = clock_.retired();
    if (debug_.whole_end != DebugState::kNever && !debug_.in_pieces(retired)) {
        debug_.whole_end = DebugState::kNever;
        update_attention();
    }
    debug_.unobserved = false;
    if (debug_.found && retired >= debug_.found_at) {
        DebugStop const found = *debug_.found;
        debug_.found.reset();
        stop_for_debugger(found, linear);
        return true;
    }
    if (retired >= debug_.end) {
        stop_for_debugger({}, linear);
        return true;
    }
    if (debug_.passed == std::pair(retired, linear))
        return false;
    auto const hit =
        debug_.points.breakpoint_in(linear, 1, [&](uint64_t at) { return physical(at); });
    if (!hit)
        return false;
    stop_for_debugger({.reason = DebugStop::Reason::Breakpoint, .point = hit->point}, linear);
    return true;
}

void UnicornEngine::stop_for_debugger(DebugStop const& stop, uint64_t linear)
{
    debug_.stop = stop;
    debug_.stop.cpu = cpu_;
    debug_.stop.rip = linear;
    if (stop.reason == DebugStop::Reason::Watchpoint || stop.reason == DebugStop::Reason::Control)
        debug_.stop.after = watched_value(stop);
    if (stop.instruction == 0)
        debug_.stop.instruction = linear;
    debug_.passed = {clock_.retired(), linear};
    debug_.resuming = true;
    deferred_stop_ = std::exchange(stop_, Stop::Debug);
    update_attention();
    uc_emu_stop(engine_.get());
}

// Where the block, or what is left of it, has to be run in pieces: the next one.
bool UnicornEngine::cuts_for_debugger(BlockClock::Record const& block)
{
    uint64_t const retired = clock_.retired();
    bool const seam = debug_.in_pieces(retired);
    uint64_t whole = seam ? debug_.whole_end : retired + block.count;
    if (!seam && slice_end_ > retired)
        whole = std::min(whole, slice_end_);
    uint64_t piece = std::min(whole - retired, debug_.end - retired);
    if (debug_.alone)
        piece = 1;
    auto const inside = debug_.points.breakpoint_in(block.address + 1, block.size - 1,
                                                    [&](uint64_t at) { return physical(at); });
    if (inside)
        piece = std::min<uint64_t>(piece, count_between(block, inside->address));
    bool const wanted = piece < whole - retired || (seam && piece < block.count);
    if (!wanted || piece >= block.count || debug_.last_cut == std::pair(retired, piece)) {
        debug_.unobserved = std::exchange(debug_.alone, false);
        return false;
    }
    debug_.last_cut = {retired, piece};
    debug_.whole_end = whole;
    cutting_ = true;
    cut_length_ = static_cast<uint32_t>(piece);
    update_attention();
    uc_emu_stop(engine_.get());
    return true;
}

// From within the instruction, before it has done anything: it will be run again, alone.
void UnicornEngine::observe(DebugStop const& found)
{
    uint64_t const linear = access_.load_linear_rip();
    uint64_t const retired = clock_.retired();
    uint64_t const whole = debug_.in_pieces(retired) ? debug_.whole_end : retired;
    uncount_rest_of_block(linear);
    debug_.whole_end = whole;
    debug_.alone = true;
    debug_.found = found;
    debug_.found->instruction = linear;
    debug_.found_at = clock_.retired() + 1;
    update_attention();
}

// From a callback, which has RIP.
void UnicornEngine::leave_instruction(DebugStop const& seen)
{
    observe(seen);
    leave_library_instruction(library_cpu_);
}

bool UnicornEngine::holds_event(Event const& event)
{
    bool const external = event.source == Event::Source::External;
    auto const point =
        external ? debug_.points.interrupt(event.vector) : debug_.points.exception(event.vector);
    if (!point)
        return false;
    debug_.held = event;
    debug_.report_held = external;
    uint64_t const linear = access_.load_linear_rip();
    DebugStop const stop{.reason =
                             external ? DebugStop::Reason::Interrupt : DebugStop::Reason::Exception,
                         .point = *point,
                         .vector = event.vector,
                         .error_code = event.error_code};
    stop_for_debugger(stop, linear);
    if (external)
        debug_.resuming = false; // the run has yet to begin
    return true;
}

void UnicornEngine::deliver_held()
{
    if (!debug_.held)
        return;
    Event const event = *std::exchange(debug_.held, std::nullopt);
    CpuState state = access_.load();
    finish_delivery(state, event);
}

} // namespace pagelab::cpu
