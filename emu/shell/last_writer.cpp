// A watchpoint, and the last stop at it.
#include "emu/shell/last_writer.hpp"

#include "emu/shell/session.hpp"

namespace pagelab::shell {

Result<std::optional<Json>> last_writer(Session& session, cpu::Watchpoint const& range)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    if (!timeline.is_on())
        return fail("nothing is recorded (try: record)");
    machine::Moment const here = timeline.here();
    std::optional<Json> document;
    auto const searched = with_watchpoint(session, range, [&]() -> Result<> {
        if (TRY(timeline.go_to_last_stop(
                timeline.begin(), here.at() + 1,
                [&](cpu::DebugStop const& stop) { return is_for(stop, range); })))
            document = TRY(arrive(session, Arrival::AtStop));
        return {};
    });
    TRY(timeline.go_back(here));
    TRY(arrive(session));
    TRY(searched);
    return document;
}

} // namespace pagelab::shell
