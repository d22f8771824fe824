// Timeline: a machine's past, kept as a moment every so many instructions.
//
//   moments   |-------|-------|-------|----> now
//                  ^ go_to: from the moment before it, on to the very instruction
//
// Going back to the instruction before now is a step back. The last stop before now is found by
// running each stretch between two moments again, the latest first. When there are too many, every
// second moment of the older half is dropped. The recorder types again what was typed.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "emu/machine/recorder.hpp"

namespace pagelab::machine {

class Timeline {
  public:
    static constexpr uint64_t kInterval = 5'000'000; // instructions: hundredths of a second to run
    static constexpr size_t kMost = 1000;            // moments

    // Both outlive it.
    Timeline(Machine& machine, Recorder& recorder) : machine_(machine), recorder_(recorder) {}
    ~Timeline() { stop(); }
    Timeline(Timeline const&) = delete;
    Timeline& operator=(Timeline const&) = delete;

    // From here on the past is kept; an earlier one is dropped.
    void start(uint64_t interval = kInterval);
    void stop();
    bool is_on() const { return !moments_.empty(); }
    std::vector<Moment> const& moments() const { return moments_; }
    // Instruction counts that can be gone to, the last one included.
    uint64_t begin() const { return moments_.front().at(); }
    uint64_t end() const;

    // All of a machine that stands still, and back to it. These need not be on.
    Moment here() { return recorder_.take(); }
    Result<> go_back(Moment const& moment);

    // To where exactly so many instructions have been executed. Errors: it is not on, not of its
    // time, or a stop was requested on the way.
    Result<> go_to(uint64_t instructions);
    // To the last stop at a count from..before - 1 that is `wanted`, as Machine::debug_stop() has
    // it then. False if there is none: the machine is where it was.
    using Wanted = std::function<bool(cpu::DebugStop const&)>;
    Result<bool> go_to_last_stop(uint64_t from, uint64_t before, Wanted const& wanted);
    // Calls visit(stop) at each stop from `from` to now, in their order, and comes back.
    using Visit = std::function<void(cpu::DebugStop const&)>;
    Result<> for_each_stop(uint64_t from, Visit const& visit);

    // The machine has left its past for another future: what followed now is no more.
    void forget_future();

  private:
    uint64_t now() const { return machine_.engine().instructions(); }
    Result<> look(uint64_t instructions) const;
    uint64_t next_milestone() const;
    void set_milestone();
    void keep_moment();
    void leave();
    size_t find(uint64_t instructions) const;
    Result<> start_from(size_t moment);
    Result<> run_to(uint64_t instructions, Wanted const& goes_on);

    Machine& machine_;
    Recorder& recorder_;
    std::vector<Moment> moments_; // ascending
    std::optional<Moment> present_;
    uint64_t interval_ = kInterval;
};

} // namespace pagelab::machine
