// ByteSearch: where memory holds a value, a masked value, a pointer into a range, or given bytes.
//
// Memory comes in pieces (pages, regions); a match may lie across two that are neighbours. Words
// are looked at where they are aligned, unless the pattern says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace pagelab::mem {

struct SearchPattern {
    enum class Kind : uint8_t {
        Bytes, // these, anywhere
        Word,  // (word ^ value) & ~ignore == 0
        Into,  // word - value < size: a pointer to something
    };

    Kind kind = Kind::Bytes;
    std::vector<std::byte> bytes;
    unsigned width = 8; // of a word: 1, 2, 4 or 8 bytes
    uint64_t value = 0;
    uint64_t ignore = 0;
    uint64_t size = 0;
    bool aligned = true; // words only at multiples of their width

    size_t length() const { return kind == Kind::Bytes ? bytes.size() : width; }
    bool matches_zeros() const;
};

class ByteSearch {
  public:
    using Found = std::function<bool(uint64_t address)>; // false: enough

    // The pattern is of 1 to 4096 bytes.
    ByteSearch(SearchPattern pattern, Found found)
        : pattern_(std::move(pattern)), found_(std::move(found))
    {
    }

    // Pieces in ascending order of address. False once found() has said so.
    bool feed(uint64_t address, std::span<std::byte const> piece);
    // The same for so many zeros.
    bool feed_zeros(uint64_t address, uint64_t count);

  private:
    bool look_across(uint64_t address, std::span<std::byte const> piece);
    bool look(uint64_t address, std::span<std::byte const> bytes, size_t starts);
    void keep_tail(uint64_t address, std::span<std::byte const> piece);

    SearchPattern pattern_;
    Found found_;
    std::vector<std::byte> tail_; // the last bytes of what was fed, fewer than a match has
    uint64_t next_ = 0;           // address after them
};

} // namespace pagelab::mem
