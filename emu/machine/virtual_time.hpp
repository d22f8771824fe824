// Virtual time: from instructions executed to nanoseconds, and back.
//
// A nanosecond passes when every running processor has had an instruction: of n running ones that
// take turns, n instructions. Time that passes otherwise (HLT, port accesses) is added to it.
#pragma once

#include <cstdint>

namespace pagelab::machine {

class VirtualTime {
  public:
    // Nanoseconds since power-on. instructions: executed by all processors; never less than before.
    uint64_t at(uint64_t instructions) const
    {
        return base_ns_ + (instructions - counted_) / running_;
    }
    // The count at which it will be `ns`; the past is now.
    uint64_t count_at(uint64_t ns) const
    {
        return ns > base_ns_ ? counted_ + (ns - base_ns_) * running_ : counted_;
    }

    void pass(uint64_t ns) { base_ns_ += ns; }

    // From now on; less than a nanosecond of what `instructions` say may be lost. running: not 0.
    void set_running(uint64_t running, uint64_t instructions)
    {
        if (running == running_)
            return;
        base_ns_ = at(instructions);
        counted_ = instructions;
        running_ = running;
    }

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(base_ns_, counted_, running_);
    }

  private:
    uint64_t base_ns_ = 0; // the time at `counted_`
    uint64_t counted_ = 0; // instructions
    uint64_t running_ = 1;
};

} // namespace pagelab::machine
