// The instruction count, kept so that translated code can advance it by one subtraction.
//
// What is counted down is the budget: instructions until someone wants to be asked (attention), or
// a million. retired == limit - budget. The blocks entered meanwhile are counted in the same word:
//
//   credit   63 budget 21 | 20 room for blocks 0      a block costs its instructions and one
//
// Each translated block has a record of its address, size and instruction count. Entering a block
// makes its record the current one and takes its count off the budget, in on_block (a callback) or
// in code that has been put in the callback's place (block_patch.hpp) and works on Hot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace pagelab::cpu {

class UnicornEngine;

class BlockClock {
  public:
    static constexpr uint64_t kNever = ~uint64_t{0};
    static constexpr unsigned kBlockBits = 21;
    static constexpr uint64_t kRoomForBlocks = (1u << kBlockBits) - 1;
    static constexpr uint32_t kNoBlock = 0, kCalledBlock = 1; // records

    struct Record {
        uint64_t address = 0; // linear
        uint32_t size = 0;    // bytes
        uint32_t count = 0;   // instructions
    };

    // Translated code holds offsets into this and its address: it stays where it is.
    struct Hot {
        uint64_t credit = kRoomForBlocks;
        uint32_t current = kNoBlock; // the record of the block under way
        // Called when the credit does not cover the block, which is current and has been taken off
        // regardless.
        void (*on_low_credit)(Hot*) noexcept = nullptr;
        UnicornEngine* engine = nullptr;
    };
    static constexpr uint64_t price(uint32_t count) { return (uint64_t{count} << kBlockBits) + 1; }
    // No credit covers it; as an immediate operand it is all ones.
    static constexpr uint64_t kTrapPrice = ~uint64_t{0};

    BlockClock() : records_(2) {}
    BlockClock(BlockClock const&) = delete;
    BlockClock& operator=(BlockClock const&) = delete;

    Hot& hot() { return hot_; }
    uint64_t blocks() const { return blocks_ + blocks_entered(); }
    uint64_t retired() const
    {
        return limit_ - (hot_.credit >> kBlockBits);
    } // all of the block under way
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
    Record const& record(uint32_t number) const { return records_[number]; }
    void leave_block() { hot_.current = kNoBlock; }

    void enter_block(uint32_t block)
    {
        hot_.current = block;
        ++blocks_;
        rebase(retired() + records_[block].count);
    }
    void enter_called_block(Record const& block)
    {
        records_[kCalledBlock] = block;
        enter_block(kCalledBlock);
    }
    // Undoes what code in place did before it called on_low_credit.
    void give_back(uint32_t block)
    {
        hot_.credit += is_trapped(block) ? kTrapPrice : price(records_[block].count);
    }

    // Whether the block in place has kTrapPrice. The caller has written it there.
    bool is_trapped(uint32_t block) const { return trapped_.contains(block); }
    void set_trapped(uint32_t block, bool trapped)
    {
        if (trapped)
            trapped_.insert(block);
        else
            trapped_.erase(block);
    }

    void set_retired(uint64_t instructions)
    {
        leave_block();
        rebase(instructions);
    }
    void take_back(uint32_t instructions) { rebase(retired() - instructions); }

  private:
    static constexpr uint64_t kLongestBudget = 1u << 20;
    static_assert(kLongestBudget < kRoomForBlocks); // a block has an instruction or more

    uint64_t blocks_entered() const { return kRoomForBlocks - (hot_.credit & kRoomForBlocks); }

    void rebase(uint64_t retired)
    {
        uint64_t const left = attention_ > retired ? attention_ - retired : 0;
        uint64_t const budget = std::min(left, kLongestBudget);
        blocks_ += blocks_entered();
        hot_.credit = (budget << kBlockBits) + kRoomForBlocks;
        limit_ = retired + budget;
    }

    Hot hot_;
    uint64_t limit_ = 0;
    uint64_t attention_ = kNever;
    uint64_t blocks_ = 0;
    std::vector<Record> records_;
    std::set<uint32_t> trapped_;
};

} // namespace pagelab::cpu
