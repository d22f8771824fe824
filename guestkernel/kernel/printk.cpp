// The kernel's log.
#include "guestkernel/kernel/printk.hpp"

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kRingSize = 1 << 16; // a power of two
constexpr size_t kLineSize = 512;     // longer lines are cut
constexpr size_t kLevelLength = 3;    // "<6>"

char ring[kRingSize];
size_t head; // where the next byte goes: counts on, taken modulo kRingSize
size_t tail; // the first byte of the oldest whole line
unsigned console_loglevel = 7;

char& ring_at(size_t position)
{
    return ring[position % kRingSize];
}

void store(char const* line, size_t length)
{
    while (head + length - tail > kRingSize) {
        while (ring_at(tail++) != '\n') {
        }
    }
    for (size_t i = 0; i < length; i++)
        ring_at(head++) = line[i];
}

} // namespace

void printk(log_level level, char const* format, ...)
{
    char line[kLineSize];
    uint64_t const now = arch::clock_microseconds();
    auto const seconds = static_cast<uint32_t>(now / 1'000'000);
    auto const fraction = static_cast<uint32_t>(now % 1'000'000);
    int const prefix = lib::snprintf(line, sizeof(line), "<%u>[%5u.%06u] ",
                                     static_cast<unsigned>(level), seconds, fraction);
    auto length = static_cast<size_t>(prefix);
    va_list arguments;
    va_start(arguments, format);
    length += static_cast<size_t>(
        lib::vsnprintf(line + length, sizeof(line) - length, format, arguments));
    va_end(arguments);
    if (length >= sizeof(line)) {
        length = sizeof(line) - 1;
        line[length - 1] = '\n';
    }

    arch::InterruptGuard const guard;
    store(line, length);
    if (static_cast<unsigned>(level) < console_loglevel)
        console_write(line + kLevelLength, length - kLevelLength);
}

void set_console_loglevel(unsigned level)
{
    console_loglevel = level;
}

void show_log(lib::seq_file& m, log_style style)
{
    size_t const end = head;
    for (size_t at = tail; at < end;) {
        if (style == log_style::plain)
            at += kLevelLength;
        char c;
        do {
            c = ring_at(at++);
            lib::seq_putc(m, c);
        } while (c != '\n');
    }
}

} // namespace pagelab::kernel
