// The architectural state of one x86 processor, as plain data.
//
// What exception delivery, the walker and the debugger work on; where it comes from (the CPU
// library's context) is state_access.*. Widths are those of the largest mode.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::cpu {

// Order of the general registers as instructions encode them.
enum Gpr : uint8_t { Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15 };

enum SegmentIndex : uint8_t { Es, Cs, Ss, Ds, Fs, Gs };

// A segment register with its hidden part. `attributes` is the upper word of the descriptor it
// was loaded from (SDM vol. 3, figure 3-8): type in 11:8, DPL in 14:13, L in 21, D/B in 22.
struct Segment {
    uint16_t selector = 0;
    uint64_t base = 0;
    uint32_t limit = 0; // highest valid offset, in bytes
    uint32_t attributes = 0;

    bool operator==(Segment const&) const = default;
};

namespace attribute {
using Type = x86::Field<11, 8>;
using NotSystem = x86::Bit<12>;
using PrivilegeLevel = x86::Field<14, 13>;
using Present = x86::Bit<15>;
using Long = x86::Bit<21>;
using DefaultSize = x86::Bit<22>;
} // namespace attribute

struct DescriptorTable {
    uint64_t base = 0;
    uint32_t limit = 0;

    bool operator==(DescriptorTable const&) const = default;
};

struct CpuState {
    std::array<uint64_t, 16> gpr{};
    uint64_t rip = 0; // offset within CS, not linear
    uint64_t rflags = 0x2;
    std::array<Segment, 6> segment{};
    Segment ldt, tr;
    DescriptorTable gdt, idt;
    uint64_t cr0 = 0, cr2 = 0, cr3 = 0, cr4 = 0, efer = 0;
    std::optional<std::array<uint64_t, 4>> pdptes; // PAE's, as loaded; none where not known
    uint8_t cpl = 0;
    bool interrupt_shadow = false; // after STI and MOV SS: no interrupt before the next instruction

    bool operator==(CpuState const&) const = default;

    uint64_t linear_rip() const { return segment[Cs].base + rip; }
    bool protected_mode() const { return (cr0 & 1) != 0; }
    bool long_mode() const { return (efer & (1u << 10)) != 0; } // EFER.LMA
    bool virtual_8086() const { return (rflags & (1u << 17)) != 0; }
    bool code_64() const { return long_mode() && attribute::Long::is_set(segment[Cs].attributes); }
};

} // namespace pagelab::cpu
