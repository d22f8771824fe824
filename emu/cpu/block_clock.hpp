// The instruction count, kept so that translated code can advance it by one subtraction.
//
// What is counted down is the budget: instructions until someone wants to be asked (attention), or
// until the counters, short ones for short code, are to be read. retired == limit - budget.
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
        uint32_t budget = 0;
        uint32_t blocks = 0;         // entered since budget was last set
        uint32_t current = kNoBlock; // the record of the block under way
        // Called when the budget does not cover the block, which is current and has been taken off
        // regardless.
        void (*on_low_budget)(Hot*) noexcept = nullptr;
        UnicornEngine* engine = nullptr;
    };

    BlockClock() : records_(2) {}
    BlockClock(BlockClock const&) = delete;
    BlockClock& operator=(BlockClock const&) = delete;

    Hot& hot() { return hot_; }
    uint64_t blocks() const { return blocks_ + hot_.blocks; }
    uint64_t retired() const { return limit_ - hot_.budget; } // all of the block under way
    bool attention_reached() const { return retired() >= attention_; }

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
    static constexpr uint64_t kLongestBudget = 1u << 31; // blocks cannot overflow in that time

    void rebase(uint64_t retired)
    {
        uint64_t const left = attention_ > retired ? attention_ - retired : 0;
        hot_.budget = static_cast<uint32_t>(std::min(left, kLongestBudget));
        limit_ = retired + hot_.budget;
        blocks_ += hot_.blocks;
        hot_.blocks = 0;
    }

    Hot hot_;
    uint64_t limit_ = 0;
    uint64_t attention_ = kNever;
    uint64_t blocks_ = 0;
    std::vector<Record> records_;
};

} // namespace pagelab::cpu
