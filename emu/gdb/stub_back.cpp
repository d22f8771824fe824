// `bs` and `bc`: into the past that `monitor record` keeps.
//
// A watchpoint is reported before its access is made, not after, where it is found on the way back:
// GDB compares the value there with the one it had. So the access that has just been made counts.
#include "emu/gdb/packet.hpp"
#include "emu/gdb/stub.hpp"

namespace pagelab::gdb {

Answer Stub::resume_back(std::string_view packet)
{
    if (packet != "bs" && packet != "bc")
        return {};
    if (!is_recording())
        return {"E.nothing is recorded: monitor record"};
    return {"", packet == "bs" ? Next::StepBack : Next::ContinueBack};
}

// The watchpoint whose access was the last thing that happened, as GDB has set it now: it sets all
// of them anew each time.
std::optional<cpu::PointId> Stub::point_just_hit() const
{
    if (stop_.reason != cpu::DebugStop::Reason::Watchpoint ||
        stop_at_ != machine_.engine().instructions())
        return std::nullopt;
    for (auto const& [key, id] : points_) {
        auto const& [kind, address, size] = key;
        if (kind >= '2' && stop_.address < address + size && address < stop_.address + stop_.size)
            return id;
    }
    return std::nullopt;
}

Result<> Stub::go_back(Next next)
{
    uint64_t const begin = timeline_->begin(), now = machine_.engine().instructions();
    auto const place = [&](uint64_t instructions) -> Result<> {
        TRY(timeline_->go_to(instructions));
        stop_ = {.cpu = machine_.current_cpu()};
        return {};
    };
    if (next == Next::StepBack) {
        at_begin_ = now == begin;
        return place(at_begin_ ? now : now - 1);
    }
    if (auto const point = point_just_hit()) {
        cpu::DebugStop made = stop_;
        made.point = *point;
        TRY(place(now - 1));
        stop_ = made;
        return {};
    }
    bool const is_found =
        TRY(timeline_->go_to_last_stop(begin, now, [](cpu::DebugStop const&) { return true; }));
    if (!is_found) {
        at_begin_ = true;
        return place(begin);
    }
    cpu::DebugStop const found = machine_.debug_stop();
    if (found.reason == cpu::DebugStop::Reason::Watchpoint)
        TRY(place(machine_.engine().instructions() - 1));
    stop_ = found;
    return {};
}

void Stub::forget_future()
{
    if (timeline_ && recorder_->is_past())
        timeline_->forget_future();
}

std::string Stub::record(std::string_view arguments)
{
    if (!timeline_)
        return "nobody records this machine\n";
    if (arguments == " off") {
        timeline_->stop();
        return "";
    }
    timeline_->start();
    return fmt::format("recording from instruction {}\n", timeline_->begin());
}

} // namespace pagelab::gdb
