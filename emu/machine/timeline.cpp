// Moments at the marks of a grid; stretches run again from them.
#include "emu/machine/timeline.hpp"

#include <algorithm>

namespace pagelab::machine {

void Timeline::start(uint64_t interval)
{
    interval_ = interval;
    present_.reset();
    moments_.clear();
    moments_.push_back(recorder_.take());
    set_milestone();
}

void Timeline::stop()
{
    moments_.clear();
    present_.reset();
    machine_.set_milestone(0, nullptr);
}

uint64_t Timeline::end() const
{
    return recorder_.is_past() && present_ ? present_->at() : now();
}

uint64_t Timeline::next_milestone() const
{
    return begin() + ((now() - begin()) / interval_ + 1) * interval_;
}

// Each is passed in the same way when the past is run again: a snapshot empties the TLBs.
void Timeline::set_milestone()
{
    machine_.set_milestone(next_milestone(), [this] {
        keep_moment();
        return next_milestone();
    });
}

void Timeline::keep_moment()
{
    Moment moment = recorder_.take();
    if (moment.at() <= moments_.back().at())
        return;
    moments_.push_back(std::move(moment));
    if (moments_.size() <= kMost)
        return;
    size_t number = 0; // the first is where the past begins
    auto const half = moments_.begin() + kMost / 2;
    moments_.erase(
        std::remove_if(moments_.begin(), half, [&](Moment const&) { return number++ % 2 == 1; }),
        half);
}

Result<> Timeline::go_back(Moment const& moment)
{
    TRY(recorder_.go_back(moment));
    if (is_on() && now() >= begin())
        set_milestone();
    return {};
}

// Before the machine goes to its past: what it goes back to at the end.
void Timeline::leave()
{
    if (!recorder_.is_past())
        present_ = recorder_.take();
}

Result<> Timeline::look(uint64_t instructions) const
{
    if (!is_on())
        return fail("nothing is recorded (try: record)");
    if (instructions < begin())
        return fail("the record begins at instruction {}", begin());
    if (instructions > end())
        return fail("the record ends at instruction {}", end());
    return {};
}

size_t Timeline::find(uint64_t instructions) const
{
    auto const after = std::ranges::upper_bound(moments_, instructions, {}, &Moment::at);
    return static_cast<size_t>(after - moments_.begin()) - 1;
}

Result<> Timeline::start_from(size_t moment)
{
    TRY(go_back(moments_[moment]));
    machine_.engine().forget_debug_stop(); // a breakpoint right there is seen
    return {};
}

Result<> Timeline::run_to(uint64_t instructions, Wanted const& goes_on)
{
    while (true) {
        Outcome const outcome = machine_.run_until(instructions);
        cpu::DebugStop const& stop = machine_.debug_stop();
        if (outcome == Outcome::Stopped && stop.reason == cpu::DebugStop::Reason::Requested)
            return fail("interrupted");
        if (outcome != Outcome::Stopped)
            return fail("the run did not come to instruction {} again", instructions);
        if (stop.reason == cpu::DebugStop::Reason::Count || !goes_on(stop))
            return {};
    }
}

Result<> Timeline::go_to(uint64_t instructions)
{
    TRY(look(instructions));
    leave();
    if (instructions == present_->at())
        return go_back(*present_);
    TRY(start_from(find(instructions)));
    return run_to(instructions, [](cpu::DebugStop const&) { return true; });
}

Result<bool> Timeline::go_to_last_stop(uint64_t from, uint64_t before, Wanted const& wanted)
{
    TRY(look(from));
    leave();
    Moment const start = here();
    uint64_t end = std::min(before, now());
    for (size_t i = find(end); end > from; --i) {
        size_t stops = 0, last = 0;
        TRY(start_from(i));
        TRY(run_to(end, [&](cpu::DebugStop const& stop) {
            ++stops;
            if (now() >= from && now() < before && wanted(stop))
                last = stops;
            return true;
        }));
        if (last != 0) {
            TRY(start_from(i));
            TRY(run_to(end, [&](cpu::DebugStop const&) { return --last != 0; }));
            return true;
        }
        end = moments_[i].at();
        if (i == 0)
            break;
    }
    TRY(go_back(start));
    return false;
}

Result<> Timeline::for_each_stop(uint64_t from, Visit const& visit)
{
    TRY(look(from));
    leave();
    Moment const start = here();
    TRY(start_from(find(from)));
    Result<> const ran = run_to(start.at(), [&](cpu::DebugStop const& stop) {
        if (now() >= from)
            visit(stop);
        return true;
    });
    TRY(go_back(start));
    return ran;
}

void Timeline::forget_future()
{
    recorder_.forget_future();
    present_.reset();
    if (!is_on())
        return;
    uint64_t const at = now();
    std::erase_if(moments_, [at](Moment const& moment) { return moment.at() > at; });
    if (moments_.empty())
        start(interval_);
    else
        set_milestone();
}

} // namespace pagelab::machine
