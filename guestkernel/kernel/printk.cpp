// The kernel's log.
#include "guestkernel/kernel/printk.hpp"

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/vsprintf.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kRingSize = 1 << 16; // a power of two
constexpr size_t kTextSize = 1024;    // longer texts are cut
constexpr size_t kPrefixSize = 32;
constexpr size_t kLevelLength = 3; // "<6>"

lib::spinlock_t log_lock; // of all below
char ring[kRingSize];
size_t head;    // where the next byte goes: counts on, taken modulo kRingSize
size_t tail;    // the first byte of the oldest whole line
size_t cleared; // what is before it is not shown
unsigned console_loglevel = 7;

// A line whose end is still to come.
struct open_line {
    char text[kTextSize];
    size_t length = 0; // 0: there is none
    log_level level = log_level::warning;
    uint64_t time = 0; // microseconds
};
open_line pending;

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

// The line at `at`, or the oldest if that is gone; then `at` is behind it.
size_t copy_line(size_t& at, char* line)
{
    output_guard const guard(log_lock);
    size_t length = 0;
    at = at < tail ? tail : at;
    do
        line[length++] = ring_at(at++);
    while (line[length - 1] != '\n');
    return length;
}

// Each line of the text, with the same prefix; the text ends in a newline.
void emit(log_level level, uint64_t microseconds, char const* text, size_t length)
{
    char prefix[kPrefixSize];
    auto const seconds = static_cast<uint32_t>(microseconds / 1'000'000);
    auto const fraction = static_cast<uint32_t>(microseconds % 1'000'000);
    auto const prefix_length =
        static_cast<size_t>(lib::snprintf(prefix, sizeof(prefix), "<%u>[%5u.%06u] ",
                                          static_cast<unsigned>(level), seconds, fraction));
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

void close_line()
{
    if (pending.length == 0)
        return;
    if (pending.text[pending.length - 1] != '\n')
        pending.text[pending.length++] = '\n';
    emit(pending.level, pending.time, pending.text, pending.length);
    pending.length = 0;
}

// The length, with room left for a newline.
size_t format_text(char (&text)[kTextSize], char const* format, va_list arguments)
{
    auto const length = static_cast<size_t>(vsnprintf(text, kTextSize - 1, format, arguments));
    return length < kTextSize - 1 ? length : kTextSize - 2;
}

struct printk_prefix {
    log_level level = log_level::warning;
    bool continues = false;
    size_t length = 0;
};

printk_prefix parse_prefix(char const* text, size_t length)
{
    printk_prefix prefix;
    while (length - prefix.length >= 2 && text[prefix.length] == '\001') {
        char const kind = text[prefix.length + 1];
        if (kind >= '0' && kind <= '7')
            prefix.level = static_cast<log_level>(kind - '0');
        else if (kind == 'c')
            prefix.continues = true;
        else
            break;
        prefix.length += 2;
    }
    return prefix;
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
    size_t length = format_text(text, format, arguments);
    if (length == 0 || text[length - 1] != '\n')
        text[length++] = '\n';
    output_guard const guard(log_lock);
    close_line();
    emit(level, arch::clock_microseconds(), text, length);
}

void vprintk_emit(char const* format, va_list arguments)
{
    char text[kTextSize];
    size_t length = format_text(text, format, arguments);
    printk_prefix const prefix = parse_prefix(text, length);
    char const* const body = text + prefix.length;
    length -= prefix.length;

    output_guard const guard(log_lock);
    if (!prefix.continues || pending.length == 0) {
        close_line();
        pending.level = prefix.level;
        pending.time = arch::clock_microseconds();
    }
    if (pending.length + length >= kTextSize)
        length = kTextSize - 1 - pending.length;
    memcpy(pending.text + pending.length, body, length);
    pending.length += length;
    if (pending.length > 0 && pending.text[pending.length - 1] == '\n')
        close_line();
}

unsigned set_console_loglevel(unsigned level)
{
    unsigned const before = console_loglevel;
    console_loglevel = level;
    return before;
}

void clear_log()
{
    cleared = head;
}

void show_log(lib::seq_file& m, log_style style)
{
    char line[kPrefixSize + kTextSize];
    size_t const end = head;
    for (size_t at = cleared > tail ? cleared : tail; at < end;) {
        size_t const length = copy_line(at, line);
        size_t const skipped = style == log_style::plain ? kLevelLength : 0;
        lib::seq_write(m, line + skipped, length - skipped);
    }
}

} // namespace pagelab::kernel
