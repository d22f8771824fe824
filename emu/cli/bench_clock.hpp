// A stopwatch for what runs in this process: milliseconds of CPU time of this thread.
#pragma once

#include <ctime>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

inline double cpu_milliseconds()
{
    timespec now = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template<class Body>
Result<std::vector<double>> time_each(unsigned runs, Body body)
{
    std::vector<double> milliseconds;
    for (unsigned run = 0; run < runs; ++run) {
        double const start = cpu_milliseconds();
        TRY(body());
        milliseconds.push_back(cpu_milliseconds() - start);
    }
    return milliseconds;
}

} // namespace pagelab::cli
