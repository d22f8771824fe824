// A line on stderr that is overwritten, when that is a terminal.
#include "emu/shell/progress.hpp"

#include <cstdio>

#include <unistd.h>

namespace pagelab::shell {

void Progress::begin(char const* command)
{
    command_ = command;
    next_ = Clock::now() + std::chrono::milliseconds(500);
    calls_ = 0;
    interrupted_ = false;
}

Result<> Progress::step(uint64_t done, uint64_t total)
{
    if (interrupted_)
        return fail("interrupted");
    if ((++calls_ & 0xff) == 0 && Clock::now() >= next_)
        show(done, total);
    return {};
}

void Progress::show(uint64_t done, uint64_t total)
{
    next_ = Clock::now() + std::chrono::milliseconds(200);
    if (isatty(STDERR_FILENO) == 0)
        return;
    shown_ = true;
    if (total != 0)
        fmt::print(stderr, "\r{}: {}% ", command_, done * 100 / total);
    else
        fmt::print(stderr, "\r{}: {} ", command_, done);
    std::fflush(stderr);
}

void Progress::end()
{
    if (shown_)
        fmt::print(stderr, "\r\033[K");
    shown_ = false;
}

} // namespace pagelab::shell
