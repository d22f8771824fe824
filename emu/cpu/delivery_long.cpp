// Long mode: 16-byte gates, a frame that always holds SS:RSP, stacks by RSPn or by IST.
//
// Source: SDM vol. 3, section 6.14; TSS layout figure 8-11.
#include "emu/cpu/delivery_step.hpp"
#include "emu/cpu/stack_fault.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::cpu {

namespace {

struct Gate {
    uint64_t low, high;
};

StepResult check_gate(CpuState const& state, Event const& event, uint64_t low)
{
    uint64_t const type = x86::gate::Type::get(low);
    bool const system = !x86::descriptor::NotSystem::is_set(low);
    if (!system || (type != x86::kTypeInterruptGate && type != x86::kTypeTrapGate))
        return fault(kGeneralProtection, idt_error(event));
    if (event.source == Event::Source::SoftwareInterrupt &&
        x86::gate::PrivilegeLevel::get(low) < state.cpl)
        return fault(kGeneralProtection, idt_error(event));
    if (!x86::gate::Present::is_set(low))
        return fault(kSegmentNotPresent, idt_error(event));
    return {};
}

// The stack pointer a change of privilege, or an IST index, asks for.
std::expected<uint64_t, DeliveryFault> stack_from_tss(CpuState const& state, LinearMemory& memory,
                                                      uint64_t stack_table, uint8_t cpl,
                                                      uint32_t external)
{
    uint64_t const offset = stack_table != 0 ? offsetof(x86::Tss64, ist) + 8 * (stack_table - 1)
                                             : offsetof(x86::Tss64, rsp) + 8 * uint64_t{cpl};
    if (offset + 7 > state.tr.limit)
        return fault(kInvalidTss, (state.tr.selector & 0xfffcu) | external);
    return read_linear<uint64_t>(memory, state.tr.base + offset);
}

} // namespace

StepResult enter_long(CpuState& state, LinearMemory& memory, Event const& event)
{
    uint32_t const offset = uint32_t{event.vector} * sizeof(Gate);
    if (offset + sizeof(Gate) - 1 > state.idt.limit)
        return fault(kGeneralProtection, idt_error(event));
    auto const gate = read_linear<Gate>(memory, state.idt.base + offset);
    if (!gate)
        return std::unexpected(gate.error());
    if (auto checked = check_gate(state, event, gate->low); !checked)
        return checked;
    uint32_t const external = external_bit(event);
    auto const selector = static_cast<uint16_t>(x86::gate::Selector::get(gate->low));
    auto const code = load_handler_code(state, memory, selector, external);
    if (!code)
        return std::unexpected(code.error());
    if (!x86::descriptor::Long::is_set(code->descriptor) ||
        x86::descriptor::DefaultSize::is_set(code->descriptor))
        return fault(kGeneralProtection, (selector & 0xfffcu) | external);

    bool const change = code->cpl < state.cpl;
    uint64_t const stack_table = x86::gate::StackTable::get(gate->low);
    uint64_t rsp = state.gpr[Rsp];
    if (change || stack_table != 0) {
        auto const loaded = stack_from_tss(state, memory, stack_table, code->cpl, external);
        if (!loaded)
            return std::unexpected(loaded.error());
        rsp = *loaded;
    }
    rsp &= ~uint64_t{0xf};
    size_t const words = has_error_code(event) ? 6 : 5;
    if (!is_canonical(state, rsp) || !is_canonical(state, rsp - 8 * words))
        return fault(kStackFault, external);
    uint64_t const target = x86::gate::offset(gate->low, gate->high);
    if (!is_canonical(state, target))
        return fault(kGeneralProtection, external);

    std::array<uint64_t, 6> frame = {
        state.segment[Ss].selector, state.gpr[Rsp], pushed_flags(state, event),
        state.segment[Cs].selector, state.rip,      event.error_code};
    rsp -= 8 * words;
    if (auto pushed = push_words<uint64_t>(memory, rsp, std::span(frame).first(words)); !pushed)
        return pushed;
    if (change) // the new SS is null with the new privilege level (SDM 6.14.4)
        state.segment[Ss] = {code->cpl, 0, 0,
                             static_cast<uint32_t>(attribute::PrivilegeLevel::make(code->cpl))};
    state.gpr[Rsp] = rsp;
    state.segment[Cs] =
        make_segment(static_cast<uint16_t>((selector & 0xfffc) | code->cpl), code->descriptor);
    state.cpl = code->cpl;
    state.rip = target;
    state.rflags &= ~(kFlagTrap | kFlagNestedTask | kFlagResume | kFlagVirtual8086);
    if (x86::gate::Type::get(gate->low) == x86::kTypeInterruptGate)
        state.rflags &= ~kFlagInterrupt;
    return {};
}

} // namespace pagelab::cpu
