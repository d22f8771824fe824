// What was typed comes again by its time, what is printed is counted.
#include "emu/machine/recorder.hpp"

#include <algorithm>

namespace pagelab::machine {

Recorder::Time Recorder::time() const
{
    return {machine_->engine().instructions(), machine_->now_ns()};
}

Moment Recorder::take()
{
    return {
        machine_->snapshot(), machine_->now_ns(), serial_.count, debug_.count, taken_, awaited_};
}

Result<> Recorder::go_back(Moment const& moment)
{
    present_ = std::max(present_, time());
    TRY(machine_->restore(moment.snapshot));
    serial_.go_to(moment.serial);
    debug_.go_to(moment.debug);
    taken_ = moment.inputs;
    awaited_ = moment.awaited;
    return {};
}

Result<> Recorder::branch(Moment const& moment)
{
    TRY(go_back(moment));
    forget_future();
    return {};
}

void Recorder::forget_future()
{
    present_ = time();
    inputs_.resize(std::min(taken_, inputs_.size()));
    taken_ = inputs_.size();
    serial_.forget();
    debug_.forget();
}

void Recorder::serial_output(uint8_t byte)
{
    if (serial_.is_new())
        inner_.serial_output(byte);
}

void Recorder::debug_output(uint8_t byte)
{
    if (debug_.is_new())
        inner_.debug_output(byte);
}

Recorder::Input const* Recorder::due() const
{
    bool const is_due = taken_ < inputs_.size() && inputs_[taken_].when <= time();
    return is_due ? &inputs_[taken_] : nullptr;
}

void Recorder::record(std::vector<uint8_t> bytes)
{
    awaited_ = false;
    inputs_.push_back({time(), std::move(bytes)});
    taken_ = inputs_.size();
}

std::vector<uint8_t> Recorder::serial_input(size_t room)
{
    if (Input const* const input = due(); input != nullptr && input->bytes.size() <= room) {
        if (input->bytes.empty())
            return {};
        awaited_ = false;
        ++taken_;
        return input->bytes;
    }
    if (taken_ < inputs_.size() || is_past())
        return {};
    std::vector<uint8_t> bytes = inner_.serial_input(room);
    if (!bytes.empty())
        record(bytes);
    return bytes;
}

bool Recorder::take_break()
{
    if (Input const* const input = due(); input != nullptr && input->bytes.empty()) {
        awaited_ = false;
        ++taken_;
        return true;
    }
    if (taken_ < inputs_.size() || is_past() || !inner_.take_break())
        return false;
    record({});
    return true;
}

void Recorder::guest_waits()
{
    awaited_ = true;
    if (!is_past())
        inner_.guest_waits();
}

bool Recorder::attend(std::optional<uint64_t> idle_ns)
{
    return is_past() || inner_.attend(idle_ns);
}

} // namespace pagelab::machine
