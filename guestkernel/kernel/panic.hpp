// The ways out: panic, power off, reboot.
#pragma once

namespace pagelab::kernel {

// What panic() does once it has said why. The option panic=: "exit" (the default), "halt", or a
// number as in Linux, of which any but 0 restarts at once.
enum class panic_action { exit, halt, reboot };

void set_panic_action(panic_action action);

// "Kernel panic - not syncing: ..." with a backtrace; the exit status is kPanicStatus.
[[noreturn, gnu::format(printf, 1, 2)]] void panic(char const* format, ...);

inline constexpr unsigned char kPanicStatus = 101;

// End the run with `status` through port 0xf4 (QEMU's isa-debug-exit makes it 2 * status + 1);
// where nothing listens there, power off by ACPI as QEMU's PC has it, else halt.
[[noreturn]] void power_off(unsigned char status);

[[noreturn]] void reboot(); // by the keyboard controller

} // namespace pagelab::kernel
