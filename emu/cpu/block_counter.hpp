// How many instructions a translated block holds, looked up when the guest enters it by callback.
//
// The library reports each block it translates with its instruction count (report_translation);
// entering a block gives only its address and size. The table is direct-mapped by those two. Code
// that was overwritten, or another address space, can have a different block under the same two
// numbers: the entry is then ambiguous and every lookup says so, so that the caller decodes.
#pragma once

#include <cstdint>
#include <vector>

namespace pagelab::cpu {

class BlockCounter {
  public:
    // 0: not known (or ambiguous); the caller decodes, and may remember() it.
    uint32_t find(uint64_t address, uint32_t size) const
    {
        Entry const& entry = entries_[index(address, size)];
        return entry.address == address && entry.size == size ? entry.count : 0;
    }

    // Counts a call for a block that find() or remember() knows; true from the kManyCalls-th on.
    bool is_hot(uint64_t address, uint32_t size)
    {
        Entry& entry = entries_[index(address, size)];
        if (entry.calls < kManyCalls)
            ++entry.calls;
        return entry.calls == kManyCalls;
    }

    // Blocks said to end in PAUSE, and known still.
    bool ends_in_pause(uint64_t address, uint32_t size) const
    {
        return entries_[index(address, size)].ends_in_pause;
    }
    void note_pause(uint64_t address, uint32_t size)
    {
        entries_[index(address, size)].ends_in_pause = true;
    }

    // The library has translated this block.
    void report_translation(uint64_t address, uint32_t size, uint32_t count)
    {
        Entry& entry = entries_[index(address, size)];
        bool const same = entry.address == address && entry.size == size;
        if (same && entry.ambiguous)
            return;
        bool const ambiguous = same && entry.count != count;
        entry = {address, size, static_cast<uint16_t>(ambiguous ? 0 : count), ambiguous, false, 0};
    }

    // The caller has decoded this block, since find() did not know it.
    void remember(uint64_t address, uint32_t size, uint32_t count)
    {
        Entry& entry = entries_[index(address, size)];
        if (entry.address != address || entry.size != size)
            entry = {address, size, static_cast<uint16_t>(count), false, false, 0};
    }

  private:
    struct Entry {
        uint64_t address = ~uint64_t{0};
        uint32_t size = 0;
        uint16_t count = 0;
        bool ambiguous = false;
        bool ends_in_pause = false;
        uint8_t calls = 0;
    };
    // Writing to code that has just run costs as much as a hundred calls.
    static constexpr uint8_t kManyCalls = 64;
    static constexpr uint64_t kEntries = 1u << 14;

    // Blocks cut short (next_block.hpp) share an address.
    static uint64_t index(uint64_t address, uint32_t size)
    {
        return (address ^ address >> 14 ^ size * 41) & (kEntries - 1);
    }

    std::vector<Entry> entries_ = std::vector<Entry>(kEntries);
};

} // namespace pagelab::cpu
