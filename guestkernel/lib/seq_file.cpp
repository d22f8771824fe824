// The buffer of a report, and its hand-over when full.
#include "guestkernel/lib/seq_file.hpp"

#include "guestkernel/lib/format.hpp"

namespace pagelab::lib {

namespace {

void write_to_seq_file(void* context, char const* text, size_t length)
{
    seq_write(*static_cast<seq_file*>(context), text, length);
}

} // namespace

void seq_flush(seq_file& m)
{
    if (m.count > 0)
        m.flush(m.context, m.buf, m.count);
    m.count = 0;
}

void seq_write(seq_file& m, char const* text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        m.buf[m.count++] = text[i];
        if (m.count == m.size)
            seq_flush(m);
    }
}

void seq_puts(seq_file& m, char const* text)
{
    while (*text != '\0')
        seq_putc(m, *text++);
}

void seq_putc(seq_file& m, char c)
{
    seq_write(m, &c, 1);
}

void seq_vprintf(seq_file& m, char const* format, va_list arguments)
{
    vformat({write_to_seq_file, &m}, format, arguments);
}

void seq_printf(seq_file& m, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    seq_vprintf(m, format, arguments);
    va_end(arguments);
}

} // namespace pagelab::lib
