// A processor state with a GDT, an IDT and a TSS in fake memory, for tests of delivery.
//
// The descriptors are spelled byte by byte as the manual draws them (SDM vol. 3, figures 3-8, 6-2,
// 6-8), on purpose without the fields of guestkernel/abi that the code under test uses.
#pragma once

#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "emu/cpu/exception_delivery.hpp"
#include "tests/unit/cpu/fake_linear_memory.hpp"

namespace pagelab {

using cpu::CpuState;
using cpu::DeliveryFault;
using cpu::DeliveryOutcome;
using cpu::Event;
using Source = cpu::Event::Source;

constexpr uint64_t kGdt = 0x1000, kIdt = 0x2000, kTss = 0x3000, kLdt = 0x4000, kOtherTss = 0x5000;
constexpr uint32_t kHandler = 0x0040'1234;
constexpr uint32_t kKernelStack = 0x8000, kUserStack = 0x9000;

// Access bytes: P, DPL, S, type.
constexpr uint8_t kCode0 = 0x9b, kData0 = 0x93, kCode1 = 0xbb, kData1 = 0xb3, kCode3 = 0xfb,
                  kData3 = 0xf3, kConforming0 = 0x9f, kReadOnly0 = 0x91, kDown0 = 0x97;
constexpr uint8_t kTss32 = 0x89, kTss32Busy = 0x8b, kTss16 = 0x81, kTss16Busy = 0x83,
                  kLdtType = 0x82;
constexpr uint8_t kPages32 = 0xc, kBytes32 = 0x4, kBytes16 = 0x0, kPages64 = 0xa; // G D/B L AVL
constexpr uint8_t kAbsent = 0x80; // xor this into an access byte

constexpr uint64_t describe(uint32_t base, uint32_t limit, uint8_t access, uint8_t flags)
{
    return (limit & 0xffff) | uint64_t{base & 0xff'ffff} << 16 | uint64_t{access} << 40 |
           uint64_t{limit >> 16 & 0xf} << 48 | uint64_t{flags} << 52 | uint64_t{base >> 24} << 56;
}

// Gate bytes 4 (stack table) and 5 (P, DPL, 0, type).
constexpr uint8_t kTaskGate = 0x85, kInterrupt16 = 0x86, kTrap16 = 0x87, kInterrupt32 = 0x8e,
                  kTrap32 = 0x8f, kGateDpl3 = 0x60;

constexpr uint64_t gate_word(uint32_t offset, uint16_t selector, uint8_t kind, uint8_t ist = 0)
{
    return (offset & 0xffff) | uint64_t{selector} << 16 | uint64_t{ist} << 32 |
           uint64_t{kind} << 40 | uint64_t{offset >> 16} << 48;
}

// Selectors of the GDT every bench begins with.
enum Selector : uint16_t {
    KernelCode = 0x08,
    KernelData = 0x10,
    UserCode = 0x1b,
    UserData = 0x23,
    TaskState = 0x28, // two entries in long mode
    Spare = 0x38,     // tests put what they need here
    OtherTask = 0x40,
    LocalTable = 0x48,
    LastInGdt = 0x48,
};

struct DeliveryBench {
    CpuState state;
    FakeLinearMemory memory;

    void set_gdt(uint16_t selector, uint64_t descriptor)
    {
        memory.put(kGdt + (selector & 0xfff8u), descriptor);
    }
    void set_gate(uint8_t vector, uint64_t low) { memory.put(kIdt + vector * 8u, low); }

    DeliveryOutcome raise(uint8_t vector, uint32_t code = 0)
    {
        return cpu::deliver(state, memory, {vector, Source::Exception, code});
    }
    DeliveryOutcome interrupt(uint8_t vector)
    {
        return cpu::deliver(state, memory, {vector, Source::External, 0});
    }
    DeliveryOutcome software(uint8_t vector)
    {
        return cpu::deliver(state, memory, {vector, Source::SoftwareInterrupt, 0});
    }
};

// Loads a segment register as MOV and far transfers do.
inline cpu::Segment loaded(uint16_t selector, uint64_t descriptor)
{
    uint64_t limit = (descriptor & 0xffff) | (descriptor >> 32 & 0xf'0000);
    if ((descriptor >> 55 & 1) != 0)
        limit = limit << 12 | 0xfff;
    uint64_t const base = (descriptor >> 16 & 0xff'ffff) | (descriptor >> 56 << 24);
    return {selector, base, static_cast<uint32_t>(limit), static_cast<uint32_t>(descriptor >> 32)};
}

// Ring 0, flat 32-bit segments, IF set, every gate a 32-bit interrupt gate to kHandler.
inline DeliveryBench protected_bench()
{
    DeliveryBench bench;
    bench.set_gdt(KernelCode, describe(0, 0xf'ffff, kCode0, kPages32));
    bench.set_gdt(KernelData, describe(0, 0xf'ffff, kData0, kPages32));
    bench.set_gdt(UserCode, describe(0, 0xf'ffff, kCode3, kPages32));
    bench.set_gdt(UserData, describe(0, 0xf'ffff, kData3, kPages32));
    bench.set_gdt(TaskState, describe(kTss, 0x67, kTss32Busy, 0));
    bench.memory.put<uint32_t>(kTss + 4, kKernelStack);
    bench.memory.put<uint32_t>(kTss + 8, KernelData);
    for (unsigned vector = 0; vector < 256; ++vector)
        bench.set_gate(static_cast<uint8_t>(vector), gate_word(kHandler, KernelCode, kInterrupt32));

    CpuState& state = bench.state;
    state.cr0 = 0x11; // PE
    state.rip = 0x7c00;
    state.rflags = 0x202;
    state.gpr[cpu::Rsp] = kKernelStack - 0x100;
    for (auto const index : {cpu::Ss, cpu::Ds, cpu::Es, cpu::Fs, cpu::Gs})
        state.segment[index] = loaded(KernelData, describe(0, 0xf'ffff, kData0, kPages32));
    state.segment[cpu::Cs] = loaded(KernelCode, describe(0, 0xf'ffff, kCode0, kPages32));
    state.tr = loaded(TaskState, describe(kTss, 0x67, kTss32Busy, 0));
    state.gdt = {kGdt, LastInGdt + 7};
    state.idt = {kIdt, 0x7ff};
    return bench;
}

inline void enter_user_mode(CpuState& state)
{
    state.cpl = 3;
    for (auto const index : {cpu::Ss, cpu::Ds, cpu::Es, cpu::Fs, cpu::Gs})
        state.segment[index] = loaded(UserData, describe(0, 0xf'ffff, kData3, kPages32));
    state.segment[cpu::Cs] = loaded(UserCode, describe(0, 0xf'ffff, kCode3, kPages32));
    state.gpr[cpu::Rsp] = kUserStack;
}

// The faults that followed the event, in order: vector and error code of each.
struct Fault {
    unsigned vector = 0;
    uint32_t error_code = 0;
    bool operator==(Fault const&) const = default;
};

inline std::vector<Fault> followed_by(DeliveryOutcome const& outcome)
{
    std::vector<Fault> faults;
    for (size_t i = 1; i < outcome.attempts.size(); ++i)
        faults.push_back({outcome.attempts[i].vector, outcome.attempts[i].error_code});
    return faults;
}

inline doctest::String toString(Fault const& fault)
{
    return fmt::format("#{}({:#x})", fault.vector, fault.error_code).c_str();
}

inline doctest::String toString(std::vector<Fault> const& faults)
{
    doctest::String text;
    for (Fault const& fault : faults)
        text += toString(fault) + " ";
    return text;
}

} // namespace pagelab
