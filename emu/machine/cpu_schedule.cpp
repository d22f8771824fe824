// Draws by SplitMix64 (Steele, Lea and Flood 2014), whose sequence is the same everywhere.
#include "emu/machine/cpu_schedule.hpp"

#include <bit>

namespace pagelab::machine {

CpuSchedule::CpuSchedule(unsigned cpus, uint64_t seed)
    : activity_(cpus, Activity::WaitsForStartUp), random_(seed)
{
    activity_[0] = Activity::Runs;
}

void CpuSchedule::set_activity(unsigned cpu, Activity activity)
{
    running_ -= runs(cpu);
    activity_[cpu] = activity;
    running_ += runs(cpu);
}

unsigned CpuSchedule::pick(unsigned current)
{
    bool const had_turn = runs(current);
    unsigned const others = running_ - had_turn;
    if (others == 0)
        return current;
    uint64_t skip = draw() % others;
    unsigned cpu = 0;
    while (!runs(cpu) || cpu == current || skip-- != 0)
        ++cpu;
    return cpu;
}

uint64_t CpuSchedule::draw_slice()
{
    constexpr unsigned kPowers = std::bit_width(kLongestSlice) - 1;
    uint64_t const from = uint64_t{1} << draw() % kPowers;
    return from + draw() % from;
}

uint64_t CpuSchedule::draw()
{
    random_ += 0x9e37'79b9'7f4a'7c15;
    uint64_t value = random_;
    value = (value ^ value >> 30) * 0xbf58'476d'1ce4'e5b9;
    value = (value ^ value >> 27) * 0x94d0'49bb'1331'11eb;
    return value ^ value >> 31;
}

} // namespace pagelab::machine
