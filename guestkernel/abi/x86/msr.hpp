// Model-specific register numbers, as RDMSR and WRMSR take them in ECX.
//
// Source: Intel SDM volume 4, table 2-2 (IA32_ names); AMD APM volume 2, appendix A.
#pragma once

#include <stdint.h>

namespace pagelab::x86 {

enum class Msr : uint32_t {
    tsc = 0x10,
    apic_base = 0x1b,
    mtrr_cap = 0xfe,
    sysenter_cs = 0x174,
    sysenter_esp = 0x175,
    sysenter_eip = 0x176,
    misc_enable = 0x1a0,
    pat = 0x277,
    mtrr_def_type = 0x2ff,
    efer = 0xc000'0080,
    star = 0xc000'0081,
    lstar = 0xc000'0082,
    cstar = 0xc000'0083,
    syscall_mask = 0xc000'0084,
    fs_base = 0xc000'0100,
    gs_base = 0xc000'0101,
    kernel_gs_base = 0xc000'0102,
    tsc_aux = 0xc000'0103,
};

// IA32_PAT after reset: WB, WT, UC-, UC, twice (SDM volume 3, section 11.12.4).
inline constexpr uint64_t kPatReset = 0x0007'0406'0007'0406;

} // namespace pagelab::x86
