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
constexpr size_t kTextSize = 1024;    // longer texts are cut
constexpr size_t kPrefixSize = 32;
constexpr size_t kLevelLength = 3; // "<6>"

char ring[kRingSize];
size_t head; // where the next byte goes: counts on, taken modulo kRingSize
size_t tail; // the first byte of the oldest whole line
unsigned console_loglevel = 7;

char& ring_at(size_t position)
{
    return ring[position % kRingSize];
}

void append(char const* text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        ring_at(head++) = text[i];
}

void store(char const* prefix, size_t prefix_length, char const* line, size_t length)
{
    while (head + prefix_length + length - tail > kRingSize) {
        while (ring_at(tail++) != '\n') {
        }
    }
    append(prefix, prefix_length);
    append(line, length);
}

} // namespace

void printk(log_level level, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintk(level, format, arguments);
    va_end(arguments);
}

void vprintk(log_level level, char const* format, va_list arguments)
{
    char text[kTextSize];
    char prefix[kPrefixSize];
    uint64_t const now = arch::clock_microseconds();
    auto const seconds = static_cast<uint32_t>(now / 1'000'000);
    auto const fraction = static_cast<uint32_t>(now % 1'000'000);
    auto const prefix_length =
        static_cast<size_t>(lib::snprintf(prefix, sizeof(prefix), "<%u>[%5u.%06u] ",
                                          static_cast<unsigned>(level), seconds, fraction));
    auto length = static_cast<size_t>(lib::vsnprintf(text, sizeof(text), format, arguments));
    if (length >= sizeof(text) || length == 0 || text[length - 1] != '\n') {
        length = length < sizeof(text) - 1 ? length + 1 : sizeof(text) - 1;
        text[length - 1] = '\n';
    }

    arch::InterruptGuard const guard;
    for (size_t start = 0; start < length;) {
        size_t end = start;
        while (text[end++] != '\n') {
        }
        store(prefix, prefix_length, text + start, end - start);
        if (static_cast<unsigned>(level) < console_loglevel) {
            console_write(prefix + kLevelLength, prefix_length - kLevelLength);
            console_write(text + start, end - start);
        }
        start = end;
    }
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
