// Blocks without a branch, then a closer look at a block with a match.
#include "emu/mem/byte_search.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace pagelab::mem {

namespace {

template<class Word>
Word word_at(std::byte const* bytes)
{
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

template<class Word>
struct IsValue {
    Word value, keep;

    bool operator()(Word word) const { return ((word ^ value) & keep) == 0; }
};

template<class Word>
struct IsInto {
    Word value;
    uint64_t size;

    bool operator()(Word word) const { return static_cast<Word>(word - value) < size; }
};

// Whether any of the first `count` places matches. Without a branch, and of known length where it
// matters, so that compilers make vectors of it.
template<size_t count, class Matches>
bool any_of(Matches matches)
{
    unsigned char any = 0;
    for (size_t i = 0; i < count; ++i)
        any |= static_cast<unsigned char>(matches(i));
    return any != 0;
}

// Calls found(i) for each place i < count that matches, ascending, a block at a time.
template<size_t block, class Matches, class Found>
bool for_each_match(size_t count, Matches matches, Found found)
{
    for (size_t first = 0; first < count; first += block) {
        size_t const end = std::min(first + block, count);
        if (end - first == block && !any_of<block>([&](size_t i) { return matches(first + i); }))
            continue;
        for (size_t i = first; i < end; ++i)
            if (matches(i) && !found(i))
                return false;
    }
    return true;
}

// Calls found(offset) for words that match, at multiples of `step` from 0 on.
template<class Word, class Matches, class Found>
bool search_words(std::span<std::byte const> bytes, size_t step, Matches matches, Found found)
{
    constexpr size_t kBlock = 64;
    if (bytes.size() < sizeof(Word))
        return true;
    std::byte const* const start = bytes.data();
    if (step == sizeof(Word))
        return for_each_match<kBlock>(
            bytes.size() / sizeof(Word),
            [=](size_t i) { return matches(word_at<Word>(start + i * sizeof(Word))); },
            [&](size_t i) { return found(i * sizeof(Word)); });
    return for_each_match<kBlock>(
        (bytes.size() - sizeof(Word)) / step + 1,
        [=](size_t i) { return matches(word_at<Word>(start + i * step)); },
        [&](size_t i) { return found(i * step); });
}

template<class Word, class Found>
bool search_kind(SearchPattern const& pattern, std::span<std::byte const> bytes, size_t step,
                 Found found)
{
    auto const value = static_cast<Word>(pattern.value);
    if (pattern.kind == SearchPattern::Kind::Into)
        return search_words<Word>(bytes, step, IsInto<Word>{value, pattern.size}, found);
    return search_words<Word>(bytes, step, IsValue<Word>{value, static_cast<Word>(~pattern.ignore)},
                              found);
}

// By their first and last byte; the rest is looked at where both are there.
template<class Found>
bool search_bytes(std::span<std::byte const> wanted, std::span<std::byte const> bytes, Found found)
{
    constexpr size_t kBlock = 256;
    if (bytes.size() < wanted.size())
        return true;
    std::byte const* const start = bytes.data();
    std::byte const* const end = start + (wanted.size() - 1);
    std::byte const first = wanted.front();
    std::byte const last = wanted.back();
    return for_each_match<kBlock>(
        bytes.size() - wanted.size() + 1,
        [=](size_t i) { return (start[i] == first) & (end[i] == last); },
        [&](size_t i) {
            return std::memcmp(start + i, wanted.data(), wanted.size()) != 0 || found(i);
        });
}

} // namespace

bool SearchPattern::matches_zeros() const
{
    switch (kind) {
    case Kind::Bytes:
        return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
    case Kind::Word:
        return (value & ~ignore & (~uint64_t{0} >> (64 - 8 * width))) == 0;
    case Kind::Into:
        return ((0 - value) & (~uint64_t{0} >> (64 - 8 * width))) < size;
    }
    return false;
}

bool ByteSearch::feed(uint64_t address, std::span<std::byte const> piece)
{
    if (!tail_.empty() && address == next_ && !look_across(address, piece))
        return false;
    if (!look(address, piece, piece.size()))
        return false;
    keep_tail(address, piece);
    return true;
}

bool ByteSearch::feed_zeros(uint64_t address, uint64_t count)
{
    static constexpr std::array<std::byte, 65536> kZeros{};
    if (!pattern_.matches_zeros() && count > 2 * kZeros.size()) { // only its ends can matter
        std::span const ends =
            std::span(kZeros).first(std::min(kZeros.size(), (pattern_.length() + 7) / 8 * 8));
        return feed(address, ends) && feed(address + count - ends.size(), ends);
    }
    while (count != 0) {
        size_t const part = std::min<uint64_t>(count, kZeros.size());
        if (!feed(address, std::span(kZeros).first(part)))
            return false;
        address += part;
        count -= part;
    }
    return true;
}

// Matches that begin in the tail and end in the piece.
bool ByteSearch::look_across(uint64_t address, std::span<std::byte const> piece)
{
    std::vector<std::byte> both = tail_;
    auto const head = piece.first(std::min(piece.size(), pattern_.length() - 1));
    both.insert(both.end(), head.begin(), head.end());
    return look(address - tail_.size(), both, tail_.size());
}

// Matches that begin in the first `starts` of these bytes.
bool ByteSearch::look(uint64_t address, std::span<std::byte const> bytes, size_t starts)
{
    size_t skipped = 0;
    auto const found = [&](size_t offset) {
        return skipped + offset >= starts || found_(address + skipped + offset);
    };
    if (pattern_.kind == SearchPattern::Kind::Bytes)
        return search_bytes(pattern_.bytes, bytes, found);
    size_t const width = pattern_.width;
    size_t const step = pattern_.aligned ? width : 1;
    skipped = pattern_.aligned ? (width - address % width) % width : 0;
    if (skipped > bytes.size())
        return true;
    bytes = bytes.subspan(skipped);
    switch (width) {
    case 1:
        return search_kind<uint8_t>(pattern_, bytes, step, found);
    case 2:
        return search_kind<uint16_t>(pattern_, bytes, step, found);
    case 4:
        return search_kind<uint32_t>(pattern_, bytes, step, found);
    default:
        return search_kind<uint64_t>(pattern_, bytes, step, found);
    }
}

void ByteSearch::keep_tail(uint64_t address, std::span<std::byte const> piece)
{
    if (address != next_)
        tail_.clear();
    next_ = address + piece.size();
    size_t const most = pattern_.length() - 1;
    auto const last = piece.last(std::min(piece.size(), most));
    tail_.insert(tail_.end(), last.begin(), last.end());
    if (tail_.size() > most)
        tail_.erase(tail_.begin(), tail_.end() - static_cast<ptrdiff_t>(most));
}

} // namespace pagelab::mem
