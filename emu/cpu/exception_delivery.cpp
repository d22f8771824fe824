// Choosing the mode, and what happens when delivery itself faults (SDM vol. 3, table 6-5).
#include "emu/cpu/exception_delivery.hpp"

#include "emu/cpu/delivery_step.hpp"
#include "guestkernel/abi/x86/segment.hpp"
#include "guestkernel/abi/x86/vectors.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint8_t kDoubleFault = 8, kPageFault = 14, kVirtualization = 20, kControlProtection = 21;

bool is_contributory(uint8_t vector)
{
    return vector == 0 || (vector >= 10 && vector <= 13) || vector == kControlProtection;
}

bool is_page_fault(uint8_t vector)
{
    return vector == kPageFault || vector == kVirtualization;
}

// Whether a fault `second`, while delivering exception `first`, becomes a double fault.
bool makes_double_fault(uint8_t first, uint8_t second)
{
    if (is_page_fault(first))
        return is_page_fault(second) || is_contributory(second);
    return is_contributory(first) && is_contributory(second);
}

} // namespace

StepResult enter_handler(CpuState& state, LinearMemory& memory, Event const& event)
{
    StepResult const result = !state.protected_mode() ? enter_real(state, memory, event)
                              : state.long_mode()     ? enter_long(state, memory, event)
                                                      : enter_protected(state, memory, event);
    if (result)
        state.interrupt_shadow = false;
    return result;
}

DeliveryOutcome escalate(CpuState& state, LinearMemory& memory, Event event, DeliveryFault fault,
                         Segment const& task)
{
    DeliveryOutcome outcome;
    outcome.attempts.push_back(event);
    while (true) {
        if (fault.address)
            state.cr2 = *fault.address;
        if (state.tr == task) // else RIP is the new task's
            state.rip -= event.length;
        bool const was_exception = event.source == Event::Source::Exception;
        if (was_exception && event.vector == kDoubleFault) {
            outcome.triple_fault = true;
            break;
        }
        if (was_exception && makes_double_fault(event.vector, fault.vector))
            event = {kDoubleFault, Event::Source::Exception};
        else
            event = {fault.vector, Event::Source::Exception, fault.error_code};
        outcome.attempts.push_back(event);
        auto const entered = enter_handler(state, memory, event);
        if (entered)
            break;
        fault = entered.error();
    }
    outcome.task_switched = state.tr != task;
    return outcome;
}

DeliveryOutcome deliver(CpuState& state, LinearMemory& memory, Event const& event)
{
    Segment const task = state.tr;
    auto const entered = enter_handler(state, memory, event);
    if (!entered)
        return escalate(state, memory, event, entered.error(), task);
    return {false, state.tr != task, {event}};
}

bool has_error_code(Event const& event)
{
    return event.source == Event::Source::Exception && x86::pushes_error_code(event.vector);
}

uint64_t pushed_flags(CpuState const& state, Event const& event)
{
    constexpr uint8_t kDebug = 1, kBreakpoint = 3, kOverflow = 4, kMachineCheck = 18;
    bool const is_fault = event.source == Event::Source::Exception && event.vector != kDebug &&
                          event.vector != kBreakpoint && event.vector != kOverflow &&
                          event.vector != kDoubleFault && event.vector != kMachineCheck;
    return state.rflags | 0x2 | (is_fault ? kFlagResume : 0);
}

std::expected<uint64_t, DeliveryFault> read_descriptor(CpuState const& state, LinearMemory& memory,
                                                       uint16_t selector, uint8_t bad_vector,
                                                       uint32_t external)
{
    if ((selector & 0xfffc) == 0)
        return fault(bad_vector, external);
    bool const local = x86::selector::TableIndicator::is_set(selector);
    uint64_t const base = local ? state.ldt.base : state.gdt.base;
    uint32_t const limit = local ? state.ldt.limit : state.gdt.limit;
    uint32_t const offset = selector & 0xfff8u;
    if (offset + 7 > limit)
        return fault(bad_vector, (selector & 0xfffcu) | external);
    return read_linear<uint64_t>(memory, base + offset);
}

Segment make_segment(uint16_t selector, uint64_t descriptor)
{
    return {selector, x86::descriptor::base(descriptor),
            static_cast<uint32_t>(x86::descriptor::limit(descriptor)),
            static_cast<uint32_t>(descriptor >> 32)};
}

std::expected<HandlerCode, DeliveryFault>
load_handler_code(CpuState const& state, LinearMemory& memory, uint16_t selector, uint32_t external)
{
    auto const read = read_descriptor(state, memory, selector, kGeneralProtection, external);
    if (!read)
        return std::unexpected(read.error());
    uint64_t const descriptor = *read;
    uint32_t const error = (selector & 0xfffcu) | external;
    uint64_t const type = x86::descriptor::Type::get(descriptor);
    auto const dpl = static_cast<uint8_t>(x86::descriptor::PrivilegeLevel::get(descriptor));
    bool const is_code = x86::descriptor::NotSystem::is_set(descriptor) && (type & 8) != 0;
    if (!is_code || dpl > state.cpl)
        return fault(kGeneralProtection, error);
    if (!x86::descriptor::Present::is_set(descriptor))
        return fault(kSegmentNotPresent, error);
    bool const conforming = (type & 4) != 0;
    return HandlerCode{descriptor, conforming ? state.cpl : dpl};
}

} // namespace pagelab::cpu
