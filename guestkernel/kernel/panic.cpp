// The ways out.
#include "guestkernel/kernel/panic.hpp"

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/io.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint16_t kAcpiPm1Control = 0x604; // of QEMU's i440FX PC, as its firmware sets it
constexpr uint16_t kAcpiSleep = 1 << 13;    // SLP_EN with SLP_TYP 0, which is S5 there
constexpr uint8_t kPulseReset = 0xfe;       // 8042 command

panic_action on_panic = panic_action::exit;
unsigned panic_cpu; // 1 + its number

// The first CPU that panics speaks for all; it may come here again.
void claim_panic()
{
    unsigned nobody = 0;
    unsigned const self = arch::smp_processor_id() + 1;
    bool const is_first = __atomic_compare_exchange_n(&panic_cpu, &nobody, self, false,
                                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (!is_first && nobody != self)
        stop_this_cpu();
    bust_output_locks();
}

} // namespace

void set_panic_action(panic_action action)
{
    on_panic = action;
}

void panic(char const* format, ...)
{
    arch::disable_interrupts();
    claim_panic();
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    lib::vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    printk(log_level::emerg, "Kernel panic - not syncing: %s\n", message);
    if (!test_taint(mm::TAINT_DIE)) // said by die already
        dump_stack();
    smp_send_stop();
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
