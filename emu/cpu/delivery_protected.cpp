// Protected mode without long mode: 16- and 32-bit gates, the TSS' inner stacks, virtual-8086.
//
// Frame, from the top (each a word of the gate's size; the parts in brackets only where said):
//   [GS FS DS ES  from virtual-8086]  [SS ESP  on a change of privilege]  EFLAGS CS EIP  [code]
#include "emu/cpu/delivery_stack.hpp"
#include "emu/cpu/delivery_step.hpp"
#include "emu/cpu/task_switch.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint64_t kTypeInterrupt16 = 6, kTypeTrap16 = 7;

StepResult check_gate(CpuState const& state, Event const& event, uint64_t gate)
{
    uint64_t const type = x86::gate::Type::get(gate);
    bool const system = !x86::descriptor::NotSystem::is_set(gate);
    bool const known = type == x86::kTypeInterruptGate || type == x86::kTypeTrapGate ||
                       type == kTypeInterrupt16 || type == kTypeTrap16 ||
                       type == x86::kTypeTaskGate;
    if (!system || !known)
        return fault(kGeneralProtection, idt_error(event));
    if (event.source == Event::Source::SoftwareInterrupt &&
        x86::gate::PrivilegeLevel::get(gate) < state.cpl)
        return fault(kGeneralProtection, idt_error(event));
    if (!x86::gate::Present::is_set(gate))
        return fault(kSegmentNotPresent, idt_error(event));
    return {};
}

// SS:ESP of privilege level `cpl` from the TSS (SDM 6.12.1), checked.
std::expected<Stack, DeliveryFault> inner_stack(CpuState const& state, LinearMemory& memory,
                                                uint8_t cpl, uint32_t external)
{
    bool const wide = (attribute::Type::get(state.tr.attributes) & 8) != 0;
    uint32_t const offset = wide ? 4 + 8u * cpl : 2 + 4u * cpl;
    if (offset + (wide ? 5 : 3) > state.tr.limit)
        return fault(kInvalidTss, (state.tr.selector & 0xfffcu) | external);
    uint64_t pointer = 0;
    if (wide) {
        auto const esp = read_linear<uint32_t>(memory, state.tr.base + offset);
        if (!esp)
            return std::unexpected(esp.error());
        pointer = *esp;
    } else {
        auto const sp = read_linear<uint16_t>(memory, state.tr.base + offset);
        if (!sp)
            return std::unexpected(sp.error());
        pointer = *sp;
    }
    auto const selector = read_linear<uint16_t>(memory, state.tr.base + offset + (wide ? 4 : 2));
    if (!selector)
        return std::unexpected(selector.error());
    auto const descriptor = read_descriptor(state, memory, *selector, kInvalidTss, external);
    if (!descriptor)
        return std::unexpected(descriptor.error());
    uint32_t const error = (*selector & 0xfffcu) | external;
    uint64_t const type = x86::descriptor::Type::get(*descriptor);
    bool const writable_data =
        x86::descriptor::NotSystem::is_set(*descriptor) && (type & 8) == 0 && (type & 2) != 0;
    if ((*selector & 3) != cpl || x86::descriptor::PrivilegeLevel::get(*descriptor) != cpl ||
        !writable_data)
        return fault(kInvalidTss, error);
    if (!x86::descriptor::Present::is_set(*descriptor))
        return fault(kStackFault, error);
    return Stack{make_segment(*selector, *descriptor), pointer};
}

// EXT alone for the stack in use, the selector for one that was just loaded (SDM vol. 2, INT n).
StepResult push_frame(CpuState const& state, LinearMemory& memory, Event const& event, Stack& stack,
                      Stack::Word word, uint64_t target, HandlerCode const& code)
{
    bool const change = code.cpl < state.cpl;
    std::array<uint64_t, 10> words{};
    size_t count = 0;
    if (state.virtual_8086())
        for (SegmentIndex const index : {Gs, Fs, Ds, Es})
            words[count++] = state.segment[index].selector;
    if (change) {
        words[count++] = state.segment[Ss].selector;
        words[count++] = state.gpr[Rsp];
    }
    words[count++] = pushed_flags(state, event);
    words[count++] = state.segment[Cs].selector;
    words[count++] = state.rip;
    if (has_error_code(event))
        words[count++] = event.error_code;

    uint32_t const external = external_bit(event);
    if (!stack.has_room(count * static_cast<uint8_t>(word)))
        return fault(kStackFault, (change ? stack.segment.selector & 0xfffcu : 0) | external);
    if (target > x86::descriptor::limit(code.descriptor))
        return fault(kGeneralProtection, external);
    return stack.push(memory, word, std::span(words).first(count));
}

} // namespace

StepResult enter_protected(CpuState& state, LinearMemory& memory, Event const& event)
{
    uint32_t const offset = uint32_t{event.vector} * 8;
    if (offset + 7 > state.idt.limit)
        return fault(kGeneralProtection, idt_error(event));
    auto const gate = read_linear<uint64_t>(memory, state.idt.base + offset);
    if (!gate)
        return std::unexpected(gate.error());
    if (auto checked = check_gate(state, event, *gate); !checked)
        return checked;
    uint64_t const type = x86::gate::Type::get(*gate);
    if (type == x86::kTypeTaskGate)
        return switch_task(state, memory, event, *gate);
    auto const selector = static_cast<uint16_t>(x86::gate::Selector::get(*gate));
    uint32_t const external = external_bit(event);
    auto const code = load_handler_code(state, memory, selector, external);
    if (!code)
        return std::unexpected(code.error());
    bool const from_v8086 = state.virtual_8086();
    if (from_v8086 && code->cpl != 0)
        return fault(kGeneralProtection, (selector & 0xfffcu) | external);

    bool const wide = type == x86::kTypeInterruptGate || type == x86::kTypeTrapGate;
    uint64_t const target = x86::gate::offset(*gate) & (wide ? 0xffff'ffff : 0xffff);
    Stack stack{state.segment[Ss], state.gpr[Rsp]};
    if (code->cpl < state.cpl) {
        auto const inner = inner_stack(state, memory, code->cpl, external);
        if (!inner)
            return std::unexpected(inner.error());
        stack = *inner;
    }
    auto const word = wide ? Stack::Word::Bits32 : Stack::Word::Bits16;
    if (auto pushed = push_frame(state, memory, event, stack, word, target, *code); !pushed)
        return pushed;

    if (from_v8086)
        for (SegmentIndex const index : {Gs, Fs, Ds, Es})
            state.segment[index] = {};
    state.segment[Ss] = stack.segment;
    state.gpr[Rsp] = stack.pointer;
    state.segment[Cs] =
        make_segment(static_cast<uint16_t>((selector & 0xfffc) | code->cpl), code->descriptor);
    state.cpl = code->cpl;
    state.rip = target;
    state.rflags &= ~(kFlagTrap | kFlagNestedTask | kFlagResume | kFlagVirtual8086);
    if (type == x86::kTypeInterruptGate || type == kTypeInterrupt16)
        state.rflags &= ~kFlagInterrupt;
    return {};
}

} // namespace pagelab::cpu
