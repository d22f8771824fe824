// Numbers in text: what is one, in which base, and where each type ends.
#include "guestkernel/lib/kstrtox.hpp"

#include <initializer_list>

#include <doctest/doctest.h>

using namespace pagelab;

namespace {

struct Case {
    char const* text;
    unsigned base;
    int error;
    long long value;
};

} // namespace

TEST_CASE("a number in base 10, 16 or 8, with a sign before and one newline behind")
{
    Case const cases[] = {
        {"0", 0, 0, 0},
        {"42\n", 0, 0, 42},
        {"+7", 0, 0, 7},
        {"-7", 0, 0, -7},
        {"0x1F", 0, 0, 31},
        {"0x1f", 16, 0, 31},
        {"1f", 16, 0, 31},
        {"010", 0, 0, 8},
        {"010", 10, 0, 10},
        {"", 0, -EINVAL, 0},
        {"-", 0, -EINVAL, 0},
        {"0x", 0, -EINVAL, 0},
        {"4 ", 0, -EINVAL, 0},
        {" 4", 0, -EINVAL, 0},
        {"4\n\n", 0, -EINVAL, 0},
        {"08", 0, -EINVAL, 0},
        {"--4", 0, -EINVAL, 0},
        {"4x", 0, -EINVAL, 0},
        {"99999999999999999999", 0, -ERANGE, 0},
    };
    for (Case const& c : cases) {
        CAPTURE(c.text);
        long long value = 0;
        CHECK(lib::kstrtoll(c.text, c.base, &value) == c.error);
        CHECK(value == c.value);
    }
}

TEST_CASE("every type takes its limits and no more, and a failure stores nothing")
{
    signed char small = 1;
    CHECK(lib::kstrto("-128", 0, &small) == 0);
    CHECK(small == -128);
    CHECK(lib::kstrto("128", 0, &small) == -ERANGE);
    CHECK(lib::kstrto("-129", 0, &small) == -ERANGE);
    CHECK(small == -128);
    unsigned char byte = 0;
    CHECK(lib::kstrto("255", 0, &byte) == 0);
    CHECK(lib::kstrto("256", 0, &byte) == -ERANGE);
    CHECK(lib::kstrto("-1", 0, &byte) == -EINVAL);
    CHECK(byte == 255);
    long long wide = 0;
    CHECK(lib::kstrto("-9223372036854775808", 0, &wide) == 0);
    CHECK(wide == -9223372036854775807 - 1);
    CHECK(lib::kstrto("9223372036854775808", 0, &wide) == -ERANGE);
    unsigned long long widest = 0;
    CHECK(lib::kstrto("0xffffffffffffffff", 0, &widest) == 0);
    CHECK(widest == ~0ull);
    CHECK(lib::kstrto("18446744073709551616", 0, &widest) == -ERANGE);
}

TEST_CASE("truth has many names")
{
    for (char const* text : {"y", "Yes", "t", "T", "1", "on", "ON"}) {
        bool value = false;
        CHECK(lib::kstrtobool(text, &value) == 0);
        CHECK(value);
    }
    for (char const* text : {"n", "No", "f", "F", "0", "off", "OFF"}) {
        bool value = true;
        CHECK(lib::kstrtobool(text, &value) == 0);
        CHECK_FALSE(value);
    }
    for (char const* text : {"", "maybe", "o", "2"}) {
        bool value = true;
        CHECK(lib::kstrtobool(text, &value) == -EINVAL);
    }
}
