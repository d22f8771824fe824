// All registers of a processor a debugger shows, as plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "emu/cpu/cpu_state.hpp"

namespace pagelab::cpu {

// FS and GS have their bases in state.segment.
struct ModelRegisters {
    uint64_t apic_base = 0, pat = 0, tsc_aux = 0;
    uint64_t sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
    uint64_t star = 0, lstar = 0, cstar = 0, fmask = 0;
    uint64_t kernel_gs_base = 0;

    bool operator==(ModelRegisters const&) const = default;
};

struct FloatRegisters {
    std::array<std::array<std::byte, 10>, 8> st{};       // ST(0).. as FSAVE stores them
    uint16_t control = 0x37f, status = 0, tags = 0xffff; // two bits a register
    std::array<std::array<std::byte, 16>, 16> xmm{};
    uint32_t mxcsr = 0x1f80;

    bool operator==(FloatRegisters const&) const = default;
};

struct CpuRegisters {
    CpuState state; // general, RIP, RFLAGS, segments, tables, CR0-CR4, EFER, CPL
    uint64_t cr8 = 0;
    std::array<uint64_t, 8> dr{}; // DR4 and DR5 are 0
    ModelRegisters msr;
    FloatRegisters fpu;

    bool operator==(CpuRegisters const&) const = default;
};

} // namespace pagelab::cpu
