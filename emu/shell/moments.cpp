// Looks and runs in turn.
#include "emu/shell/moments.hpp"

#include "emu/shell/stops.hpp"

namespace pagelab::shell {

std::shared_ptr<Moments> add_moments(CLI::App& arguments, uint64_t frames)
{
    auto const moments = std::make_shared<Moments>();
    moments->frames = frames;
    arguments.add_option("--frames", moments->frames, "look so often, the guest running between")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    arguments.add_option("--every", moments->every, "instructions between two looks")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    arguments.add_option("--guest", moments->line, "type this line at the guest's console first");
    return moments;
}

std::string moment_title(uint64_t time_ns)
{
    return fmt::format("{}.{:06} s", time_ns / 1'000'000'000, time_ns / 1000 % 1'000'000);
}

Result<> for_each_moment(Session& session, Moments const& moments, Look const& look)
{
    if (session.target().machine() == nullptr && moments.frames == 1)
        return look(0);
    machine::Machine& machine = *TRY(session.machine());
    for (uint64_t frame = 1;; ++frame) {
        TRY(look(machine.now_ns()));
        if (frame >= moments.frames)
            return {};
        TRY(session.progress().step(frame, moments.frames));
        if (frame == 1 && !moments.line.empty())
            TRY(session.runner())->queue(moments.line);
        uint64_t const end = machine.engine().instructions() + moments.every;
        Json const stop =
            TRY(run_machine(session, [&](machine::Machine& it) { return it.run_until(end); }));
        session.target().moved();
        if (stop["outcome"] != "stopped" || stop["reason"] != "step")
            return look(machine.now_ns());
    }
}

} // namespace pagelab::shell
