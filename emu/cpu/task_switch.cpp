// Check the new TSS, save to the current one, load the registers, then check the segments.
//
// Source: SDM vol. 3, sections 8.2.1 (TSS), 8.3 (order of a switch) and table 8-1 (its checks);
// vol. 2, INT n, operation "TASK-GATE". After a switch by a gate the new task is nested: NT set,
// its link names the old one, and both are busy.
#include "emu/cpu/task_switch.hpp"

#include <cstddef>

#include "emu/cpu/delivery_stack.hpp"
#include "guestkernel/abi/x86/cr.hpp"
#include "guestkernel/abi/x86/rflags.hpp"
#include "guestkernel/abi/x86/segment.hpp"

namespace pagelab::cpu {

namespace {

using x86::Tss32;
using namespace x86::descriptor;

constexpr uint64_t kLoadableFlags = 0x003f'7fd5; // all but bit 1 and the reserved ones
constexpr uint64_t kTypeTss16 = 1, kTypeLdt = 2;
constexpr uint32_t kVirtual8086Data = 0xf300; // present, DPL 3, writable, accessed

bool is_code(uint64_t word)
{
    return NotSystem::is_set(word) && (Type::get(word) & 8) != 0;
}
bool is_conforming_code(uint64_t word)
{
    return is_code(word) && (Type::get(word) & 4) != 0;
}
bool is_writable_data(uint64_t word)
{
    return NotSystem::is_set(word) && (Type::get(word) & 0xa) == 2;
}
bool is_readable(uint64_t word)
{
    return NotSystem::is_set(word) && (Type::get(word) & 0xa) != 8;
}

// The descriptor of the TSS a task gate names.
std::expected<uint64_t, DeliveryFault> find_task(CpuState const& state, LinearMemory& memory,
                                                 uint16_t selector, uint32_t external)
{
    uint32_t const error = (selector & 0xfffcu) | external;
    if (x86::selector::TableIndicator::is_set(selector))
        return fault(kGeneralProtection, error);
    auto const read = read_descriptor(state, memory, selector, kGeneralProtection, external);
    if (!read)
        return read;
    uint64_t const type = Type::get(*read);
    if (NotSystem::is_set(*read) || (type != x86::kTypeTssAvailable && type != kTypeTss16))
        return fault(kGeneralProtection, error);
    if (!Present::is_set(*read))
        return fault(kSegmentNotPresent, error);
    if (type == kTypeTss16 || limit(*read) < sizeof(Tss32) - 1)
        return fault(kInvalidTss, error);
    return read;
}

// The registers' part of a TSS, EIP to GS, is contiguous; the rest of it the processor only reads.
StepResult save_task(CpuState const& state, LinearMemory& memory, Event const& event)
{
    bool const wide = (attribute::Type::get(state.tr.attributes) & 8) != 0;
    if (!wide || state.tr.limit < sizeof(Tss32) - 1)
        return fault(kInvalidTss, (state.tr.selector & 0xfffcu) | external_bit(event));
    std::array<uint32_t, 16> image{};
    size_t next = 0;
    image[next++] = static_cast<uint32_t>(state.rip);
    image[next++] = static_cast<uint32_t>(pushed_flags(state, event));
    for (size_t i = Rax; i <= Rdi; ++i)
        image[next++] = static_cast<uint32_t>(state.gpr[i]);
    for (Segment const& segment : state.segment)
        image[next++] = segment.selector;
    static_assert(offsetof(Tss32, ldt) - offsetof(Tss32, eip) == sizeof image);
    return write_linear(memory, state.tr.base + offsetof(Tss32, eip), image);
}

void load_registers(CpuState& state, Tss32 const& task)
{
    if (x86::cr0::Paging::is_set(state.cr0))
        state.cr3 = task.cr3;
    state.cr0 |= x86::cr0::TaskSwitched::mask;
    state.rip = task.eip;
    state.rflags = (task.eflags & kLoadableFlags) | x86::rflags::AlwaysOne::mask | kFlagNestedTask;
    state.gpr = {task.eax, task.ecx, task.edx, task.ebx, task.esp, task.ebp, task.esi, task.edi};
    std::array const selectors = {task.es, task.cs, task.ss, task.ds, task.fs, task.gs};
    for (size_t i = 0; i < selectors.size(); ++i)
        state.segment[i] = {static_cast<uint16_t>(selectors[i]), 0, 0, 0};
    state.ldt = {static_cast<uint16_t>(task.ldt), 0, 0, 0};
}

StepResult load_ldt(CpuState& state, LinearMemory& memory, uint32_t external)
{
    uint16_t const selector = state.ldt.selector;
    uint32_t const error = (selector & 0xfffcu) | external;
    if (x86::selector::TableIndicator::is_set(selector))
        return fault(kInvalidTss, error);
    if ((selector & 0xfffc) == 0)
        return {};
    auto const read = read_descriptor(state, memory, selector, kInvalidTss, external);
    if (!read)
        return std::unexpected(read.error());
    if (NotSystem::is_set(*read) || Type::get(*read) != kTypeLdt || !Present::is_set(*read))
        return fault(kInvalidTss, error);
    state.ldt = make_segment(selector, *read);
    return {};
}

// Which vector a descriptor deserves in a segment register of the new task; 0: it may be loaded.
uint8_t check_segment(SegmentIndex index, uint64_t word, uint8_t rpl, uint8_t cpl)
{
    uint64_t const dpl = PrivilegeLevel::get(word);
    bool good = false;
    if (index == Cs)
        good = is_code(word) && (is_conforming_code(word) ? dpl <= rpl : dpl == rpl);
    else if (index == Ss)
        good = is_writable_data(word) && rpl == cpl && dpl == cpl;
    else
        good = is_readable(word) && (is_conforming_code(word) || (dpl >= cpl && dpl >= rpl));
    if (!good)
        return kInvalidTss;
    if (!Present::is_set(word))
        return index == Ss ? kStackFault : kSegmentNotPresent;
    return 0;
}

StepResult load_segments(CpuState& state, LinearMemory& memory, uint32_t external)
{
    state.cpl = state.virtual_8086() ? 3 : state.segment[Cs].selector & 3;
    for (SegmentIndex const index : {Cs, Ss, Ds, Es, Fs, Gs}) {
        uint16_t const selector = state.segment[index].selector;
        if (state.virtual_8086()) {
            state.segment[index] = {selector, uint64_t{selector} << 4, 0xffff, kVirtual8086Data};
            continue;
        }
        if ((selector & 0xfffc) == 0 && index != Cs && index != Ss)
            continue;
        auto const read = read_descriptor(state, memory, selector, kInvalidTss, external);
        if (!read)
            return std::unexpected(read.error());
        uint8_t const bad = check_segment(index, *read, selector & 3, state.cpl);
        if (bad != 0)
            return fault(bad, (selector & 0xfffcu) | external);
        state.segment[index] = make_segment(selector, *read);
    }
    return {};
}

StepResult push_error_code(CpuState& state, LinearMemory& memory, Event const& event)
{
    if (!has_error_code(event))
        return {};
    Stack stack{state.segment[Ss], state.gpr[Rsp]};
    if (!stack.has_room(sizeof(uint32_t)))
        return fault(kStackFault, external_bit(event));
    uint64_t const error_code = event.error_code;
    auto pushed = stack.push(memory, Stack::Word::Bits32, std::span(&error_code, 1));
    state.gpr[Rsp] = stack.pointer;
    return pushed;
}

} // namespace

StepResult switch_task(CpuState& state, LinearMemory& memory, Event const& event, uint64_t gate)
{
    uint32_t const external = external_bit(event);
    auto const selector = static_cast<uint16_t>(x86::gate::Selector::get(gate));
    auto const found = find_task(state, memory, selector, external);
    if (!found)
        return std::unexpected(found.error());
    auto const task = read_linear<Tss32>(memory, base(*found));
    if (!task)
        return std::unexpected(task.error());
    if (auto saved = save_task(state, memory, event); !saved)
        return saved;
    if (auto linked = write_linear(memory, base(*found), state.tr.selector); !linked)
        return linked;
    uint64_t const busy = *found | Type::make(x86::kTypeTssBusy);
    if (auto marked = write_linear(memory, state.gdt.base + (selector & 0xfff8u), busy); !marked)
        return marked;

    load_registers(state, *task);
    state.tr = make_segment(selector, busy);
    memory.change_address_space(state);
    if (auto loaded = load_ldt(state, memory, external); !loaded)
        return loaded;
    if (auto loaded = load_segments(state, memory, external); !loaded)
        return loaded;
    if (auto pushed = push_error_code(state, memory, event); !pushed)
        return pushed;
    if (state.rip > state.segment[Cs].limit)
        return fault(kGeneralProtection, external);
    return {};
}

} // namespace pagelab::cpu
