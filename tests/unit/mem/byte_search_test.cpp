// Searches over pieces against a look at each address; which pages were touched.
#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "emu/base/host_memory.hpp"
#include "emu/mem/byte_search.hpp"
#include "emu/mem/touched_pages.hpp"

using namespace pagelab;
using namespace pagelab::mem;

namespace {

using Kind = SearchPattern::Kind;

// By the definition, address by address.
std::vector<uint64_t> expected(SearchPattern const& pattern, std::vector<std::byte> const& bytes,
                               uint64_t base)
{
    std::vector<uint64_t> found;
    for (size_t at = 0; at + pattern.length() <= bytes.size(); ++at) {
        if (pattern.kind == Kind::Bytes) {
            if (std::equal(pattern.bytes.begin(), pattern.bytes.end(), &bytes[at]))
                found.push_back(base + at);
            continue;
        }
        if (pattern.aligned && (base + at) % pattern.width != 0)
            continue;
        uint64_t word = 0;
        std::memcpy(&word, &bytes[at], pattern.width);
        uint64_t const ones = ~uint64_t{0} >> (64 - 8 * pattern.width);
        if (pattern.kind == Kind::Word ? ((word ^ pattern.value) & ~pattern.ignore & ones) == 0
                                       : ((word - pattern.value) & ones) < pattern.size)
            found.push_back(base + at);
    }
    return found;
}

std::vector<uint64_t> searched(SearchPattern const& pattern, std::vector<std::byte> const& bytes,
                               uint64_t base, std::mt19937_64& random)
{
    std::vector<uint64_t> found;
    ByteSearch search(pattern, [&](uint64_t address) {
        found.push_back(address);
        return true;
    });
    for (size_t at = 0; at < bytes.size();) {
        size_t const size = std::min<size_t>(bytes.size() - at, 8 * (1 + random() % 40));
        CHECK(search.feed(base + at, std::span(bytes).subspan(at, size)));
        at += size;
    }
    return found;
}

} // namespace

TEST_CASE("search: every kind of pattern, over pieces, finds what a look at each address finds")
{
    std::mt19937_64 random(7);
    std::vector<std::byte> bytes(3000);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random() % 3); // so that there are matches
    size_t matches = 0;
    for (unsigned round = 0; round < 400; ++round) {
        SearchPattern pattern;
        pattern.kind = static_cast<Kind>(random() % 3);
        pattern.width = 1u << random() % 4;
        size_t const start = random() % (bytes.size() - 16);
        pattern.bytes.assign(&bytes[start], &bytes[start + 1 + random() % 12]);
        std::memcpy(&pattern.value, &bytes[start & ~size_t{7}], pattern.width);
        pattern.ignore = random() % 2 == 0 ? 0 : 0xff00ff;
        pattern.size = 1 + random() % 0x300;
        pattern.aligned = random() % 2 == 0;
        auto const wanted = expected(pattern, bytes, 0x1000);
        CHECK(searched(pattern, bytes, 0x1000, random) == wanted);
        matches += wanted.size();
    }
    CHECK(matches > 1000);
}

TEST_CASE("search: pieces that are not neighbours have no match between them; found() ends it")
{
    SearchPattern pattern;
    pattern.bytes = {std::byte{1}, std::byte{2}};
    unsigned found = 0;
    std::byte const one[] = {std::byte{1}}, two[] = {std::byte{2}};
    ByteSearch search(pattern, [&](uint64_t) { return ++found, false; });
    CHECK(search.feed(0, one));
    CHECK(search.feed(2, two));
    CHECK(search.feed(5, one));
    CHECK(!search.feed(6, two));
    CHECK(found == 1);
}

TEST_CASE("search: zeros that are not there: patterns of zeros, and across their ends")
{
    std::vector<uint64_t> found;
    auto const note = [&](uint64_t address) {
        found.push_back(address);
        return found.size() < 3;
    };
    SearchPattern zeros;
    zeros.kind = Kind::Word;
    ByteSearch for_zeros(zeros, note);
    CHECK(!for_zeros.feed_zeros(0x1000, 1 << 20));
    CHECK(found == std::vector<uint64_t>{0x1000, 0x1008, 0x1010});

    found.clear();
    SearchPattern text;
    text.bytes = {std::byte{1}, std::byte{0}, std::byte{0}};
    std::byte const one[] = {std::byte{1}};
    std::byte const zero[] = {std::byte{0}};
    ByteSearch for_text(text, note);
    CHECK(for_text.feed(0xfff, one));
    CHECK(for_text.feed_zeros(0x1000, 1 << 20));
    CHECK(for_text.feed(0x101000, zero));
    CHECK(found == std::vector<uint64_t>{0xfff});
}

TEST_CASE("touched pages: only those written to, and a look at them touches none")
{
    HostMemory memory = *HostMemory::create(64 << 20, HostPages::Small);
    memory.data()[5 << 20] = std::byte{1};
    memory.data()[(5 << 20) + 4096] = std::byte{1};
    memory.data()[(40 << 20) + 1] = std::byte{1};
    for (unsigned round = 0; round < 2; ++round) {
        size_t touched = 0, all = 0;
        std::vector<size_t> starts;
        CHECK(for_each_touched({memory.data(), memory.size()}, [&](auto bytes, bool is_touched) {
            all += bytes.size();
            touched += is_touched ? bytes.size() : 0;
            if (is_touched)
                starts.push_back(static_cast<size_t>(bytes.data() - memory.data()));
            return true;
        }));
        CHECK(all == memory.size());
        CHECK(touched < (8u << 20)); // with huge pages it may be more than three pages
        CHECK(touched >= 3 * 4096);
        REQUIRE(starts.size() == 2);
        CHECK(starts[0] <= 5u << 20);
    }
    unsigned calls = 0;
    CHECK(!for_each_touched({memory.data(), memory.size()},
                            [&](auto, bool) { return ++calls, false; }));
    CHECK(calls == 1);
}
