// The instruction count, kept so that translated code can advance it by one subtraction.
//
// What is counted down is the budget: instructions until someone wants to be asked (attention).
//
//   retired == limit - budget         attention reached == budget is 0
//
// Each translated block has a record of its address, size and instruction count. Entering a block
// makes its record the current one and takes its count off the budget, in on_block (a callback) or
// in code that has been put in the callback's place (block_patch.hpp) and works on Hot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pagelab::cpu {

class UnicornEngine;

class BlockClock {
  public:
    static constexpr uint64_t kNever = ~uint64_t{0};
    static constexpr uint32_t kNoBlock = 0, kCalledBlock = 1; // records

    struct Record {
        uint64_t address = 0; // linear
        uint32_t size = 0;    // bytes
        uint32_t count = 0;   // instructions
    };

    // Translated code holds offsets into this and its address: it stays where it is.
    struct Hot {
        uint64_t budget = kNever;
        uint64_t blocks = 0;         // entered since creation
        uint32_t current = kNoBlock; // the record of the block under way
        // Called when the budget does not cover the block, which is current and has been taken off
        // regardless; its record is current.
        void (*on_low_budget)(Hot*) noexcept = nullptr;
        UnicornEngine* engine = nullptr;
    };

    BlockClock() : records_(2) {}
    BlockClock(BlockClock const&) = delete;
    BlockClock& operator=(BlockClock const&) = delete;

    Hot& hot() { return hot_; }
    uint64_t blocks() const { return hot_.blocks; }
    uint64_t retired() const { return limit_ - hot_.budget; } // all of the block under way
    bool attention_reached() const { return hot_.budget == 0; }

    // The count at which attention_reached() becomes true; 0: at once.
    void set_attention(uint64_t at)
    {
        attention_ = at;
        rebase(retired());
    }

    // Records are for code in place, which names them; one is for all blocks entered by callback.
    uint32_t next_record() const { return static_cast<uint32_t>(records_.size()); }
    void add_record(Record const& record) { records_.push_back(record); }

    // The block under way; its count is 0 when there is none.
    Record const& current() const { return records_[hot_.current]; }
    void leave_block() { hot_.current = kNoBlock; }

    void enter_block(uint32_t block)
    {
        hot_.current = block;
        ++hot_.blocks;
        rebase(retired() + records_[block].count);
    }
    void enter_called_block(Record const& block)
    {
        records_[kCalledBlock] = block;
        enter_block(kCalledBlock);
    }
    // Undoes what code in place did before it called on_low_budget.
    void give_back(uint32_t block) { hot_.budget += records_[block].count; }

    void take_back(uint32_t instructions) { rebase(retired() - instructions); }

  private:
    void rebase(uint64_t retired)
    {
        hot_.budget = attention_ > retired ? attention_ - retired : 0;
        limit_ = retired + hot_.budget;
    }

    Hot hot_;
    uint64_t limit_ = kNever;
    uint64_t attention_ = kNever;
    std::vector<Record> records_;
};

static_assert(offsetof(BlockClock::Hot, budget) == 0 && offsetof(BlockClock::Hot, blocks) == 8);
static_assert(offsetof(BlockClock::Hot, current) == 16);
static_assert(offsetof(BlockClock::Hot, on_low_budget) == 24);

} // namespace pagelab::cpu
