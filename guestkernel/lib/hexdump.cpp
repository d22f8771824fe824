// Lines of 16 bytes.
#include "guestkernel/lib/hexdump.hpp"

#include "guestkernel/lib/string.hpp"

namespace pagelab::lib {

namespace {

void print_line(hexdump const& dump)
{
    seq_file& m = dump.m;
    seq_printf(m, "%08llx  ", static_cast<unsigned long long>(dump.offset - dump.filled));
    for (unsigned i = 0; i < hexdump::kLineBytes; i++) {
        if (i < dump.filled)
            seq_printf(m, "%02x ", dump.line[i]);
        else
            seq_puts(m, "   ");
        if (i % 8 == 7)
            seq_putc(m, ' ');
    }
    seq_putc(m, '|');
    for (unsigned i = 0; i < dump.filled; i++) {
        bool const printable = dump.line[i] >= ' ' && dump.line[i] <= '~';
        seq_putc(m, printable ? static_cast<char>(dump.line[i]) : '.');
    }
    seq_puts(m, "|\n");
}

void end_line(hexdump& dump)
{
    bool const repeats = dump.last != hexdump::kNone && dump.filled == hexdump::kLineBytes &&
                         memcmp(dump.line, dump.previous, hexdump::kLineBytes) == 0;
    if (!repeats) {
        print_line(dump);
        dump.last = hexdump::kPrinted;
    } else if (dump.last == hexdump::kPrinted) {
        seq_puts(dump.m, "*\n");
        dump.last = hexdump::kStarred;
    }
    memcpy(dump.previous, dump.line, hexdump::kLineBytes);
    dump.filled = 0;
}

} // namespace

void hexdump_bytes(hexdump& dump, void const* bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        dump.line[dump.filled++] = static_cast<unsigned char const*>(bytes)[i];
        dump.offset++;
        if (dump.filled == hexdump::kLineBytes)
            end_line(dump);
    }
}

void hexdump_end(hexdump& dump)
{
    if (dump.filled > 0)
        end_line(dump);
    seq_printf(dump.m, "%08llx\n", static_cast<unsigned long long>(dump.offset));
}

} // namespace pagelab::lib
