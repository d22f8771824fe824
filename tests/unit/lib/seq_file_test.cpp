#include <string>

#include <doctest/doctest.h>

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::lib {

namespace {

struct Collector {
    std::string text;
    size_t largest = 0;
};

void collect(void* context, char const* text, size_t length)
{
    auto& collector = *static_cast<Collector*>(context);
    collector.text.append(text, length);
    collector.largest = std::max(collector.largest, length);
}

} // namespace

TEST_CASE("a report of any length passes through a buffer of any size")
{
    for (size_t size = 1; size < 20; size++) {
        char buffer[20];
        Collector collector;
        seq_file m{buffer, size, collect, &collector};
        seq_puts(m, "zones:");
        for (int i = 0; i < 10; i++)
            seq_printf(m, " %3d", i);
        seq_putc(m, '\n');
        seq_flush(m);
        CHECK(collector.text == "zones:   0   1   2   3   4   5   6   7   8   9\n");
        CHECK(collector.largest == size);
        seq_flush(m);
        CHECK(collector.text.size() == 47);
    }
}

} // namespace pagelab::lib
