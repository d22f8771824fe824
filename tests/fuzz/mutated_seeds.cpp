// Inputs that are valid but for a few changes, most of them in the headers: random bytes would
// not get past the first magic number.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/fuzz_one.hpp"

namespace {

using Random = std::mt19937_64;
using Bytes = std::vector<std::byte>;

// Numbers at which sizes and addresses change their nature; the rest is from around them.
constexpr std::array<uint64_t, 14> kEdges = {
    0,         1,         0x7f,        0x1000,      0x7fff,   0xffff,     0x1'0000,
    0x10'0000, 0x12'0000, 0x7fff'ffff, 0xffff'ffff, 0x9'fc00, UINT64_MAX, INT64_MAX,
};

struct Hot {
    size_t begin;
    size_t end;
};

size_t position(Random& random, Bytes const& input, Hot hot)
{
    size_t const end = std::min(hot.end, input.size());
    if (hot.begin < end && random() % 8 != 0)
        return hot.begin + random() % (end - hot.begin);
    return random() % input.size();
}

// An edge, or what stands there, give or take a little; 1 to 8 bytes at an even place.
void set_number(Random& random, Bytes& input, size_t at)
{
    at &= ~size_t{1};
    size_t const size = std::min(size_t{1} << random() % 4, input.size() - at);
    uint64_t value = kEdges[random() % kEdges.size()];
    if (random() % 2 == 0)
        std::memcpy(&value, &input[at], size);
    value += random() % 9 - 4;
    std::memcpy(&input[at], &value, size);
}

// One field over another.
void copy_block(Random& random, Bytes& input, size_t from, size_t to)
{
    size_t const size = std::min(size_t{1} << random() % 6, input.size() - std::max(from, to));
    std::memmove(&input[to], &input[from], size);
}

void mutate(Random& random, Bytes& input, Hot hot)
{
    if (input.empty())
        return;
    size_t const at = position(random, input, hot);
    auto const there = input.begin() + static_cast<ptrdiff_t>(at);
    size_t const count = std::min<size_t>(1 + random() % 16, input.size() - at);
    switch (random() % 16) {
    case 0:
        input.erase(there, there + static_cast<ptrdiff_t>(count));
        return;
    case 1:
        input.insert(there, count, static_cast<std::byte>(random()));
        return;
    case 2:
        if (random() % 4 == 0)
            input.resize(at);
        return;
    case 3:
    case 4:
        copy_block(random, input, at & ~size_t{3}, position(random, input, hot) & ~size_t{3});
        return;
    case 5:
    case 6:
    case 7:
        *there ^= static_cast<std::byte>(1u << random() % 8);
        return;
    default:
        set_number(random, input, at);
    }
}

} // namespace

std::vector<std::byte> next_input(std::mt19937_64& random)
{
    auto const seeds = fuzz_seeds();
    auto const& seed = seeds[random() % seeds.size()];
    Bytes input = seed.bytes;
    for (uint64_t changes = 1 + random() % 4; changes > 0; changes--)
        mutate(random, input, {seed.hot_begin, seed.hot_end});
    return input;
}
