// The vectors of the local APIC: Linux' numbers.
//
// Source: Linux 6.1 arch/x86/include/asm/irq_vectors.h. The higher the number the higher the
// priority (Intel SDM volume 3, section 10.8.3).
#pragma once

#include <stdint.h>

namespace pagelab::arch {

inline constexpr unsigned kFirstSystemVector = 0xec; // all from here to 255 have a gate

enum class SystemVector : uint8_t {
    local_timer = 0xec,
    reboot = 0xf8,
    call_function_single = 0xfb,
    call_function = 0xfc,
    reschedule = 0xfd,
    error = 0xfe,
    spurious = 0xff,
};

} // namespace pagelab::arch
