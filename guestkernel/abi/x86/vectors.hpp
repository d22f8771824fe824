// Interrupt vectors: the 32 of the architecture, by name, and which of them push an error code.
//
// Source: Intel SDM volume 3, section 6.3.1 table 6-1 and section 6.15; vectors 21 (control
// protection), and AMD's 28..30 (AMD APM volume 2, section 8.2). The rest of 0..31 is reserved.
#pragma once

#include <stdint.h>

namespace pagelab::x86 {

enum class Vector : uint8_t {
    divide_error = 0,
    debug = 1,
    nmi = 2,
    breakpoint = 3,
    overflow = 4,
    bound_range = 5,
    invalid_opcode = 6,
    device_not_available = 7,
    double_fault = 8,
    coprocessor_overrun = 9,
    invalid_tss = 10,
    segment_not_present = 11,
    stack_fault = 12,
    general_protection = 13,
    page_fault = 14,
    x87_error = 16,
    alignment_check = 17,
    machine_check = 18,
    simd_error = 19,
    virtualization = 20,
    control_protection = 21,
    hypervisor_injection = 28,
    vmm_communication = 29,
    security = 30,
};

inline constexpr unsigned kExceptionVectors = 32; // vectors below this are the processor's own

// True for the exceptions that push an error code; interrupts and INT n never do.
constexpr bool pushes_error_code(unsigned vector)
{
    constexpr uint32_t kPushing = 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 |
                                  1u << 17 | 1u << 21 | 1u << 29 | 1u << 30;
    return vector < kExceptionVectors && (kPushing >> vector & 1) != 0;
}

// The manual's mnemonic without its '#': "PF". "" for reserved and external vectors.
constexpr char const* vector_mnemonic(unsigned vector)
{
    constexpr char const* kMnemonics[kExceptionVectors] = {
        "DE", "DB", "NMI", "BP", "OF", "BR", "UD", "NM", "DF", "", "TS", "NP", "SS", "GP", "PF", "",
        "MF", "AC", "MC",  "XM", "VE", "CP", "",   "",   "",   "", "",   "",   "HV", "VC", "SX", "",
    };
    return vector < kExceptionVectors ? kMnemonics[vector] : "";
}

// What Linux says of it (arch/x86/kernel/traps.c, exc_* names its messages so): "divide error".
constexpr char const* vector_name(unsigned vector)
{
    constexpr char const* kNames[kExceptionVectors] = {
        "divide error",
        "debug",
        "NMI",
        "int3",
        "overflow",
        "bounds",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor segment overrun",
        "invalid TSS",
        "segment not present",
        "stack segment",
        "general protection fault",
        "page fault",
        "reserved",
        "coprocessor error",
        "alignment check",
        "machine check",
        "simd exception",
        "virtualization exception",
        "control protection fault",
        "reserved",
        "reserved",
        "reserved",
        "reserved",
        "reserved",
        "reserved",
        "hypervisor injection",
        "VMM communication exception",
        "security exception",
        "reserved",
    };
    return vector < kExceptionVectors ? kNames[vector] : "interrupt";
}

static_assert(pushes_error_code(14) && pushes_error_code(8) && !pushes_error_code(6));
static_assert(!pushes_error_code(32 + 14));
static_assert(vector_mnemonic(14)[0] == 'P' && vector_mnemonic(30)[0] == 'S');
static_assert(vector_mnemonic(15)[0] == 0 && vector_mnemonic(0x80)[0] == 0);
static_assert(vector_name(21)[0] == 'c' && vector_name(30)[0] == 's');

} // namespace pagelab::x86
