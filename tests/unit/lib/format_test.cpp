#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/format.hpp"

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"

namespace pagelab::lib {

namespace {

// Both results for the same call, ours and the C library's.
template<class... Args>
void compare(std::string const& format, Args... args)
{
    char ours[200] = {};
    char theirs[200] = {};
    int const our_length = snprintf(ours, sizeof(ours), format.c_str(), args...);
    int const their_length = std::snprintf(theirs, sizeof(theirs), format.c_str(), args...);
    INFO("format ", format);
    CHECK(std::string(ours) == std::string(theirs));
    CHECK(our_length == their_length);
}

std::vector<std::string> const kFlags = {"", "-", "0", "+", " ", "#", "-0", "+0", "- ", "#0"};
std::vector<std::string> const kWidths = {"", "1", "5", "8", "24"};
std::vector<std::string> const kPrecisions = {"", ".", ".0", ".3", ".20"};

} // namespace

TEST_CASE("integers print as the C library prints them, in all combinations")
{
    for (auto const& flags : kFlags) {
        for (auto const& width : kWidths) {
            for (auto const& precision : kPrecisions) {
                auto const start = "[%" + flags + width + precision;
                for (int64_t value : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{4095},
                                      int64_t{1} << 40, INT64_MIN, INT64_MAX}) {
                    for (char const* end : {"lld]", "lli]", "llu]", "llx]", "llX]"})
                        compare(start + end, static_cast<long long>(value));
                    for (char const* end : {"d]", "u]", "x]", "hd]", "hhu]"})
                        compare(start + end, static_cast<int>(value));
                    compare(start + "zu]", static_cast<size_t>(value));
                    compare(start + "ld]", static_cast<long>(value));
                }
            }
        }
    }
    compare("%o %lo", 8u, 511ul);
}

TEST_CASE("strings and characters")
{
    for (auto const& flags : {"", "-"}) {
        for (auto const& width : kWidths) {
            for (auto const& precision : kPrecisions)
                compare("[%" + std::string(flags) + width + precision + "s]", "Normal");
            compare("[%" + std::string(flags) + width + "c]", 'x');
        }
    }
    char const unterminated[3] = {'D', 'M', 'A'};
    compare("%.3s", unterminated);
    char buffer[16];
    snprintf(buffer, sizeof(buffer), "%s", static_cast<char const*>(nullptr));
    CHECK(std::string(buffer) == "(null)");
}

TEST_CASE("width and precision as arguments, negative ones too")
{
    for (int width : {0, 1, 12, -12}) {
        compare("[%*d]", width, 42);
        compare("[%*s]", width, "abc");
        compare("[%-*llx]", width, 0xabcull);
        compare("[%*.*d]", width, 4, 42);
        compare("[%.*s]", width, "abc");
    }
    compare("100%% %c", '!');
}

TEST_CASE("pointers have the width of a pointer")
{
    char buffer[32];
    snprintf(buffer, sizeof(buffer), "%p", reinterpret_cast<void*>(uintptr_t{0x1234}));
    CHECK(std::string(buffer) == "0000000000001234");
}

TEST_CASE("output is cut to the buffer, and the whole length returned")
{
    char buffer[8] = "unused";
    CHECK(snprintf(buffer, 0, "%d", 12345) == 5);
    CHECK(std::string(buffer) == "unused");
    CHECK(snprintf(buffer, 4, "%d", 12345) == 5);
    CHECK(std::string(buffer) == "123");
    CHECK(snprintf(buffer, 1, "%d", 12345) == 5);
    CHECK(std::string(buffer).empty());
}

TEST_CASE("what is no directive is copied")
{
    char buffer[32];
    snprintf(buffer, sizeof(buffer), "%y %5k|%d", 7);
    CHECK(std::string(buffer) == "%y %5k|7");
    snprintf(buffer, sizeof(buffer), "end %");
    CHECK(std::string(buffer) == "end %");
    snprintf(buffer, sizeof(buffer), "end %-08l");
    CHECK(std::string(buffer) == "end %-08l");
}

} // namespace pagelab::lib
