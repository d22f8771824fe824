#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

extern "C" {
void* guest_memcpy(void* destination, void const* source, size_t length);
void* guest_memmove(void* destination, void const* source, size_t length);
void* guest_memset(void* destination, int value, size_t length);
int guest_memcmp(void const* left, void const* right, size_t length);
size_t guest_strlen(char const* text);
int guest_strcmp(char const* left, char const* right);
int guest_strncmp(char const* left, char const* right, size_t length);
}

namespace {

std::string letters(size_t count)
{
    std::string text;
    for (size_t i = 0; i < count; i++)
        text.push_back(static_cast<char>('a' + i % 26));
    return text;
}

int sign(int value)
{
    return (value > 0) - (value < 0);
}

} // namespace

TEST_CASE("memory functions touch exactly their bytes, at every length and offset")
{
    std::string const source = letters(64);
    for (size_t offset = 0; offset < 9; offset++) {
        for (size_t length = 0; length + offset + 1 < 64; length++) {
            std::string copied(64, '.');
            CHECK(guest_memcpy(&copied[offset], source.data(), length) == &copied[offset]);
            std::string expected(64, '.');
            expected.replace(offset, length, source, 0, length);
            REQUIRE(copied == expected);

            std::string set(64, '.');
            CHECK(guest_memset(&set[offset], 0x1cd, length) == &set[offset]);
            expected.assign(64, '.').replace(offset, length, length, '\xcd');
            REQUIRE(set == expected);
        }
    }
}

TEST_CASE("memmove copies overlapping ranges both ways")
{
    for (size_t from = 0; from < 20; from++) {
        for (size_t to = 0; to < 20; to++) {
            std::string moved = letters(40);
            std::string expected = moved;
            std::memmove(&expected[to], &expected[from], 20);
            guest_memmove(&moved[to], &moved[from], 20);
            REQUIRE(moved == expected);
        }
    }
}

TEST_CASE("comparisons agree with the C library in sign")
{
    std::vector<std::string> const texts = {"", "a", "b", "ab", "abc", "abd", "\xff", "ab\x80"};
    for (auto const& a : texts) {
        CHECK(guest_strlen(a.c_str()) == a.size());
        for (auto const& b : texts) {
            CHECK(sign(guest_strcmp(a.c_str(), b.c_str())) ==
                  sign(std::strcmp(a.c_str(), b.c_str())));
            for (size_t n = 0; n < 5; n++)
                CHECK(sign(guest_strncmp(a.c_str(), b.c_str(), n)) ==
                      sign(std::strncmp(a.c_str(), b.c_str(), n)));
            size_t const common = std::min(a.size(), b.size());
            CHECK(sign(guest_memcmp(a.data(), b.data(), common)) ==
                  sign(std::memcmp(a.data(), b.data(), common)));
        }
    }
}
