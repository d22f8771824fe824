#include <cstdio>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "guestkernel/lib/errname.hpp"
#include "guestkernel/lib/pointer_format.hpp"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

namespace pagelab::lib {

namespace {

constexpr pointer_names kNames = {
    .hashed = true,
    .key = 0x1234,
    .symbol =
        [](char* buffer, uintptr_t address, symbol_style style) {
            char const* const text = style == symbol_style::name_only     ? "f"
                                     : style == symbol_style::with_offset ? "f+0x%lx/0x10"
                                                                          : "f+0x%lx/0x10 back";
            snprintf(buffer, kPointerTextSize, text, static_cast<unsigned long>(address & 0xff));
        },
    .flags =
        [](char* buffer, char kind, void const* flags) {
            snprintf(buffer, kPointerTextSize, "%c%lx", kind,
                     *static_cast<unsigned long const*>(flags));
        },
};

std::string print_with(pointer_names const* names, char const* format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments, names);
    va_end(arguments);
    return text;
}

template<class... Args>
std::string print(char const* format, Args... args)
{
    return print_with(&kNames, format, args...);
}

void* pointer(uintptr_t address)
{
    return reinterpret_cast<void*>(address);
}

std::string inner(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_format nested = {format, &arguments};
    std::string const text = print("<%pV>", &nested);
    va_end(arguments);
    return text;
}

} // namespace

TEST_CASE("%p hides addresses, and is the same for the same address")
{
    void* const secret = pointer(0xffff'8880'0123'4567);
    std::string const shown = print("%p", secret);
    CHECK(shown.size() == 16);
    CHECK(shown.substr(0, 8) == "00000000");
    CHECK(shown != "ffff888001234567");
    CHECK(print("%p", secret) == shown);
    CHECK(print("%pK.", secret) == shown + ".");
    CHECK(print("%p", pointer(0xffff'8880'0123'4568)) != shown);
    CHECK(print("%px", secret) == "ffff888001234567");
    CHECK(print("%#px %20px|%-20px|", secret, secret, secret) ==
          "0xffff888001234567     ffff888001234567|ffff888001234567    |");
    CHECK(print("%p %p", nullptr, pointer(uintptr_t(-12))) == "0000000000000000 fffffffffffffff4");
    pointer_names open = kNames;
    open.hashed = false;
    CHECK(print_with(&open, "%p", secret) == "ffff888001234567");
    CHECK(print_with(nullptr, "%p", secret) == "ffff888001234567");
}

TEST_CASE("symbols, flags, physical addresses and errors")
{
    CHECK(print("[%pS|%ps|%pB|%pSR]", pointer(0x1012), pointer(0x1012), pointer(0x1012),
                pointer(0x1012)) == "[f+0x12/0x10|f|f+0x12/0x10 back|f+0x12/0x10]");
    CHECK(print("%8ps|%-8ps|", pointer(0x1012), pointer(0x1012)) == "       f|f       |");
    unsigned long const flags = 0x21;
    CHECK(print("%pGp %pGg %pGv", &flags, &flags, &flags) == "p21 g21 v21");
    uint64_t const physical = 0x1'2345'6000;
    CHECK(print("%pa %pap %pad.", &physical, &physical, &physical) ==
          "0x0000000123456000 0x0000000123456000 0x0000000123456000.");
    CHECK(print("%pe %pe %pe", pointer(uintptr_t(-12)), pointer(uintptr_t(-517)),
                pointer(uintptr_t(-110))) == "-ENOMEM -517 -ETIMEDOUT");
    CHECK(print("%pe", pointer(0x12345)) == print("%p", pointer(0x12345)));
}

TEST_CASE("bytes, bitmaps and what is made of bytes")
{
    unsigned char const bytes[] = {0, 1, 0xab, 0xff, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(print("%*ph|%*phC|%*phD|%*phN|%3ph|%ph", 4, bytes, 4, bytes, 4, bytes, 4, bytes, bytes,
                bytes) == "00 01 ab ff|00:01:ab:ff|00-01-ab-ff|0001abff|00 01 ab|00");
    unsigned long const map[] = {0x8000'0000'0000'00f1, 1};
    CHECK(print("%*pb %*pb %*pb", 4, map, 64, map, 65, map) ==
          "1 80000000,000000f1 1,80000000,000000f1");
    CHECK(print("%*pbl %*pbl", 65, map, 4, map) == "0,4-7,63-64 0");
    CHECK(print("%pM %pm %pMF %pMR", bytes, bytes, bytes, bytes) ==
          "00:01:ab:ff:04:05 0001abff0405 00-01-ab-ff-04-05 05:04:ff:ab:01:00");
    CHECK(print("%pI4 %pi4", bytes, bytes) == "0.1.171.255 000.001.171.255");
    CHECK(print("%pU %pUB %pUl", bytes, bytes, bytes) ==
          "0001abff-0405-0607-0809-0a0b0c0d0e0f 0001ABFF-0405-0607-0809-0A0B0C0D0E0F "
          "ffab0100-0504-0706-0809-0a0b0c0d0e0f");
}

TEST_CASE("a format within a format")
{
    CHECK(inner("%d %s %pe", 5, "five", pointer(uintptr_t(-22))) == "<5 five -EINVAL>");
}

TEST_CASE("what cannot be read is not read")
{
    void* const error = pointer(uintptr_t(-14));
    CHECK(print("%pa %*ph %pGp %pV", nullptr, 4, error, pointer(8), nullptr) ==
          "(null) (efault) (efault) (null)");
    CHECK(print("%s %s", nullptr, error) == "(null) (efault)");
}

TEST_CASE("letters that name nothing are text")
{
    CHECK(print("%pI6", pointer(0x2000)) == print("%p", pointer(0x2000)) + "I6");
    CHECK(print("%pGx", pointer(0x2000)) == print("%p", pointer(0x2000)) + "Gx");
    CHECK(print_with(nullptr, "%pS", pointer(0x2000)) == "0000000000002000S");
}

TEST_CASE("errors have Linux' names")
{
    CHECK(errname(2) == std::string("ENOENT"));
    CHECK(errname(8) == std::string("ENOEXEC"));
    CHECK(errname(17) == std::string("EEXIST"));
    CHECK(errname(34) == std::string("ERANGE"));
    CHECK(errname(40) == std::string("ELOOP"));
    CHECK(errname(75) == std::string("EOVERFLOW"));
    CHECK(errname(0) == nullptr);
    CHECK(errname(-1) == nullptr);
    CHECK(errname(4095) == nullptr);
}

} // namespace pagelab::lib
