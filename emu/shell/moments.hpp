// Moments: a guest looked at several times while it runs.
//
//   look -> run N instructions -> look -> ... until there are as many looks as were asked for
//
// A line may be typed at the guest's console first, so that something happens meanwhile. Where the
// run ends early (the guest has done and waits for the next line, a breakpoint, Ctrl-C, power off),
// so do the moments.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

struct Moments {
    uint64_t frames = 1;
    uint64_t every = 1'000'000; // instructions, of all CPUs together
    std::string line;           // typed at the guest's console after the first look; empty: none
};

// --frames (usually so many), --every and --guest. The value is that of the line once it is parsed.
std::shared_ptr<Moments> add_moments(CLI::App& arguments, uint64_t frames);

// "1.234567 s"
std::string moment_title(uint64_t time_ns);

// time_ns: since the guest was switched on; 0 for what cannot run.
using Look = std::function<Result<>(uint64_t time_ns)>;
Result<> for_each_moment(Session& session, Moments const& moments, Look const& look);

} // namespace pagelab::shell
