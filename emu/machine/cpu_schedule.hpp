// Which of several processors runs, and for how long: drawn from a seed.
//
// The same seed draws the same, so a run can be repeated; another seed interleaves the processors
// differently, and a guest's race shows on some seeds. The lengths of slices have a heavy tail:
// each power of two is as likely, so half of them are shorter than two hundred instructions.
#pragma once

#include <cstdint>
#include <vector>

namespace pagelab::machine {

enum class Activity : uint8_t {
    Runs,
    Halted,          // until an interrupt, NMI or INIT
    Deaf,            // halted with interrupts off: until an NMI or INIT
    WaitsForStartUp, // as INIT leaves it
};

class CpuSchedule {
  public:
    static constexpr uint64_t kLongestSlice = 1u << 15; // instructions

    // The first processor runs, the others wait.
    CpuSchedule(unsigned cpus, uint64_t seed);

    unsigned size() const { return static_cast<unsigned>(activity_.size()); }
    Activity activity(unsigned cpu) const { return activity_[cpu]; }
    void set_activity(unsigned cpu, Activity activity);
    bool runs(unsigned cpu) const { return activity_[cpu] == Activity::Runs; }
    unsigned running() const { return running_; } // how many

    // One of the running ones, by chance; `current` only if there is no other.
    unsigned pick(unsigned current);
    // In instructions: 1..kLongestSlice.
    uint64_t draw_slice();

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(activity_, running_, random_);
    }

  private:
    uint64_t draw();

    std::vector<Activity> activity_;
    unsigned running_ = 1;
    uint64_t random_;
};

} // namespace pagelab::machine
