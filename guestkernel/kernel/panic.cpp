// The ways out.
#include "guestkernel/kernel/panic.hpp"

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/io.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint16_t kAcpiPm1Control = 0x604; // of QEMU's i440FX PC, as its firmware sets it
constexpr uint16_t kAcpiSleep = 1 << 13;    // SLP_EN with SLP_TYP 0, which is S5 there
constexpr uint8_t kPulseReset = 0xfe;       // 8042 command

panic_action on_panic = panic_action::exit;

} // namespace

void set_panic_action(panic_action action)
{
    on_panic = action;
}

void panic(char const* format, ...)
{
    arch::disable_interrupts();
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    lib::vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    printk(log_level::emerg, "Kernel panic - not syncing: %s\n", message);
    if (!test_taint(mm::TAINT_DIE)) // said by die already
        dump_stack();
    printk(log_level::emerg, "---[ end Kernel panic - not syncing: %s ]---\n", message);
    switch (on_panic) {
    case panic_action::exit:
        power_off(kPanicStatus);
    case panic_action::reboot:
        reboot();
    case panic_action::halt:
        break;
    }
    arch::halt_forever();
}

void power_off(unsigned char status)
{
    arch::disable_interrupts();
    arch::outb(port::kExit, status);
    arch::outw(kAcpiPm1Control, kAcpiSleep);
    printk(log_level::emerg, "reboot: System halted\n");
    arch::halt_forever();
}

void reboot()
{
    arch::disable_interrupts();
    arch::outb(port::kKeyboardCommand, kPulseReset);
    arch::halt_forever();
}

} // namespace pagelab::kernel
