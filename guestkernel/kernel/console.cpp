// The console.
#include "guestkernel/kernel/console.hpp"

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/arch/x86/uart.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/sched/task.hpp"
#include "guestkernel/kernel/sysrq.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kInputSize = 1024; // a power of two
constexpr char kControlC = 0x03;
constexpr char kControlU = 0x15;
constexpr char kDelete = 0x7f;

lib::spinlock_t port_lock; // of the output
char input[kInputSize];
size_t volatile received; // counts on, taken modulo kInputSize
size_t volatile taken;
lib::spinlock_t input_lock; // held from reading the UART until `received` counts what was read
bool reader_waits;
wait_queue_head input_wait = {{}, {&input_wait.head, &input_wait.head}};

// Whoever types may go on when all they have sent is used up. The lock is held.
void ask_for_input()
{
    if (reader_waits && taken == received && !arch::uart_has_received())
        arch::uart_set_input(arch::uart_input::ready);
}

void wait_for_input()
{
    unsigned long flags;
    lib::spin_lock_irqsave(input_lock, flags);
    reader_waits = true;
    ask_for_input();
    lib::spin_unlock_irqrestore(input_lock, flags);
    wait_event(
        input_wait, [] { return taken != received; }, TASK_INTERRUPTIBLE);
    lib::spin_lock_irqsave(input_lock, flags);
    reader_waits = false;
    arch::uart_set_input(arch::uart_input::hold);
    lib::spin_unlock_irqrestore(input_lock, flags);
}

char next_character()
{
    if (taken == received)
        wait_for_input();
    char const c = input[taken % kInputSize];
    taken = taken + 1;
    return c;
}

void erase(size_t characters)
{
    for (; characters > 0; characters--)
        console_write("\b \b", 3);
}

} // namespace

void console_write(char const* text, size_t length)
{
    output_guard const guard(port_lock);
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\n')
            continue;
        arch::uart_write(text + start, i - start);
        arch::uart_write("\r\n", 2);
        start = i + 1;
    }
    arch::uart_write(text + start, length - start);
}

void console_puts(char const* text)
{
    console_write(text, strlen(text));
}

void console_printf(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    lib::text_output const out = {
        [](void*, char const* text, size_t length) { console_write(text, length); }, nullptr};
    lib::vformat(out, format, arguments);
    va_end(arguments);
}

lib::seq_file console_seq_file(char* buffer, size_t size)
{
    return {
        .buf = buffer,
        .size = size,
        .flush = [](void*, char const* text, size_t length) { console_write(text, length); },
        .context = nullptr,
    };
}

void console_report(void (*write)(lib::seq_file& m))
{
    char buffer[256];
    lib::seq_file m = console_seq_file(buffer, sizeof(buffer));
    write(m);
    lib::seq_flush(m);
}

void console_enable_input()
{
    arch::uart_enable_receive_interrupt();
    arch::pic_unmask(arch::kSerialLine);
}

void console_receive()
{
    unsigned long flags;
    lib::spin_lock_irqsave(input_lock, flags);
    for (int c = arch::uart_read(); c != arch::kUartEmpty; c = arch::uart_read()) {
        if (c == arch::kUartBreak) {
            sysrq_break();
            continue;
        }
        if (sysrq_character(static_cast<char>(c)) || received - taken == kInputSize)
            continue;
        input[received % kInputSize] = static_cast<char>(c);
        received = received + 1;
    }
    ask_for_input();
    lib::spin_unlock_irqrestore(input_lock, flags);
    if (taken != received)
        wake_up_interruptible(input_wait);
}

void console_read_line(char* line, size_t size)
{
    size_t length = 0;
    for (;;) {
        char const c = next_character();
        if (c == '\r' || c == '\n')
            break;
        if (c == '\b' || c == kDelete) {
            if (length > 0) {
                length--;
                erase(1);
            }
        } else if (c == kControlU) {
            erase(length);
            length = 0;
        } else if (c == kControlC) {
            console_puts("^C");
            length = 0;
            break;
        } else if (c >= ' ' && length < size - 1) {
            line[length++] = c;
            console_write(&c, 1);
        }
    }
    line[length] = '\0';
    console_puts("\n");
}

} // namespace pagelab::kernel
