// Real mode: the interrupt vector table, four bytes an entry (SDM vol. 3, section 20.1.4).
#include "emu/cpu/delivery_step.hpp"

namespace pagelab::cpu {

namespace {

StepResult push16(uint64_t& rsp, LinearMemory& memory, uint64_t base, uint16_t value)
{
    auto const sp = static_cast<uint16_t>(rsp - 2);
    rsp = (rsp & ~uint64_t{0xffff}) | sp;
    return write_linear(memory, base + sp, value);
}

} // namespace

StepResult enter_real(CpuState& state, LinearMemory& memory, Event const& event)
{
    uint32_t const entry = uint32_t{event.vector} * 4;
    if (entry + 3 > state.idt.limit)
        return fault(kGeneralProtection, 0);
    auto const vector = read_linear<uint32_t>(memory, state.idt.base + entry);
    if (!vector)
        return std::unexpected(vector.error());
    uint64_t const frame[] = {state.rflags, state.segment[Cs].selector, state.rip};
    uint64_t rsp = state.gpr[Rsp];
    for (uint64_t const word : frame)
        if (auto pushed = push16(rsp, memory, state.segment[Ss].base, static_cast<uint16_t>(word));
            !pushed)
            return pushed;
    state.gpr[Rsp] = rsp;
    state.segment[Cs].selector = static_cast<uint16_t>(*vector >> 16);
    state.segment[Cs].base = uint64_t{state.segment[Cs].selector} << 4;
    state.rip = *vector & 0xffff;
    state.rflags &= ~(kFlagInterrupt | kFlagTrap | kFlagAlign | kFlagResume);
    return {};
}

} // namespace pagelab::cpu
