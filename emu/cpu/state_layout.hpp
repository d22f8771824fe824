// Where the CPU library keeps what its API does not give: offsets into its state.
//
// They count from where a saved context's header would be, if the state were one.
//
// Unicorn has no call for the #PF error code, the hidden segment parts, the CPL, EFER's direct
// value or the pending-exception latch, but all are in the bytes that uc_context_save copies. The
// general registers are found by a marker, the rest lies at the distances below (Unicorn 2.1.4,
// CPUX86State in its i386 target) and every one of them is verified at start (state_probe.cpp).
#pragma once

#include <cstddef>

namespace pagelab::cpu {

struct StateLayout {
    size_t registers = 0;  // 16 x 8 bytes; found
    size_t error_code = 0; // of the last exception, 4 bytes; found
    size_t efer = 0;       // 8 bytes; found
    size_t context_size = 0;

    size_t rip() const { return registers + 128; }
    size_t rflags() const { return registers + 136; } // without the arithmetic flags and DF
    size_t cc_op() const { return registers + 168; }
    size_t hflags() const { return registers + 176; }
    size_t hflags2() const { return registers + 180; }
    size_t segments() const { return registers + 184; } // ES CS SS DS FS GS LDTR TR GDTR IDTR
    static constexpr size_t kSegmentSize = 24;          // selector 0, base 8, limit 16, flags 20
    size_t control_registers() const { return segments() + 10 * kSegmentSize; } // CR0..CR8
    size_t a20_mask() const { return control_registers() + 72; }
    size_t exception_is_int() const { return error_code + 4; }
    size_t old_exception() const { return error_code + 112; }
};

} // namespace pagelab::cpu
