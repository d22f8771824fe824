// How many instructions a translated block holds, looked up when the guest enters it by callback.
//
// The library reports each block it translates with its instruction count (report_translation);
// entering a block gives only its address and size. The table has two places for each hash of the
// two, since decoding costs a hundred lookups. Code that was overwritten, or another address space,
// can have a different block under the same two numbers: the entry is then ambiguous and every
// lookup says so, so that the caller decodes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pagelab::cpu {

class BlockCounter {
  public:
    // 0: not known (or ambiguous); the caller decodes, and may remember() it.
    uint32_t find(uint64_t address, uint32_t size) const
    {
        Entry const* const entry = known(set(address, size), address, size);
        return entry != nullptr ? entry->count : 0;
    }

    // Counts a call for a block; true from the kManyCalls-th on of one that is known.
    bool is_hot(uint64_t address, uint32_t size)
    {
        Entry* const entry = known(set(address, size), address, size);
        if (entry == nullptr)
            return false;
        if (entry->calls < kManyCalls)
            ++entry->calls;
        return entry->calls == kManyCalls;
    }

    // Blocks said to end in PAUSE, and known still.
    bool ends_in_pause(uint64_t address, uint32_t size) const
    {
        Entry const* const entry = known(set(address, size), address, size);
        return entry != nullptr && entry->ends_in_pause;
    }
    void note_pause(uint64_t address, uint32_t size)
    {
        if (Entry* const entry = known(set(address, size), address, size))
            entry->ends_in_pause = true;
    }

    // The library has translated this block.
    void report_translation(uint64_t address, uint32_t size, uint32_t count)
    {
        Entry* const entry = known(set(address, size), address, size);
        if (entry == nullptr)
            return add(address, size, count);
        if (entry->ambiguous)
            return;
        bool const ambiguous = entry->count != count;
        *entry = {address,   entry->size, static_cast<uint16_t>(ambiguous ? 0 : count),
                  ambiguous, false,       0};
    }

    // The caller has decoded this block, since find() did not know it.
    void remember(uint64_t address, uint32_t size, uint32_t count)
    {
        if (known(set(address, size), address, size) == nullptr)
            add(address, size, count);
    }

  private:
    struct Entry {
        uint64_t address = 0;
        uint16_t size = 0; // of no block; a block ends at the latest on the next page
        uint16_t count = 0;
        bool ambiguous = false;
        bool ends_in_pause = false;
        uint8_t calls = 0;
    };
    using Set = std::array<Entry, 2>; // the newer first
    // Writing to code that has just run costs as much as a hundred calls.
    static constexpr uint8_t kManyCalls = 64;
    static constexpr uint64_t kSets = 1u << 13;

    template<class SomeSet>
    static auto known(SomeSet& set, uint64_t address, uint32_t size) -> decltype(set.data())
    {
        for (auto& entry : set)
            if (entry.address == address && entry.size == size)
                return &entry;
        return nullptr;
    }

    void add(uint64_t address, uint32_t size, uint32_t count)
    {
        Set& to = set(address, size);
        to[1] = to[0];
        to[0] = {address, static_cast<uint16_t>(size), static_cast<uint16_t>(count), false, false,
                 0};
    }

    // Blocks cut short (next_block.hpp) share an address.
    static uint64_t index(uint64_t address, uint32_t size)
    {
        return (address ^ address >> 13 ^ size * 41) & (kSets - 1);
    }
    Set& set(uint64_t address, uint32_t size) { return sets_[index(address, size)]; }
    Set const& set(uint64_t address, uint32_t size) const { return sets_[index(address, size)]; }

    std::vector<Set> sets_ = std::vector<Set>(kSets);
};

} // namespace pagelab::cpu
