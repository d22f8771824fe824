// A program run to be measured: its time, its peak memory, and a short dialogue with it.
//
// Standard input, output and error of the program are one socket to us. Times are those of wait4:
// user plus system time of all its threads. Peak memory is ru_maxrss, which Linux begins from the
// size of the process that forked: so the caller must itself stay small.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

struct Exchange {
    std::string wait_for; // text that must come
    std::string type;     // and what is then typed
};

struct ProcessRequest {
    std::vector<std::string> words; // the program, looked up in PATH, and its arguments
    // After the last exchange the program is killed. Without any it runs to its end.
    std::vector<Exchange> script;
    std::chrono::seconds limit = std::chrono::seconds(300);
};

struct ProcessUsage {
    std::string output;      // without carriage returns
    double wall_seconds = 0; // from before the start to the last text waited for, or the end
    double cpu_seconds = 0;
    double peak_kib = 0;
};

// Errors: the program is missing, it ends or takes longer than the limit before the script does.
Result<ProcessUsage> run_process(ProcessRequest const& request);

} // namespace pagelab::cli
