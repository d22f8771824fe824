// Progress: how far a long command is, shown after half a second, and whether it should stop.
//
// A command that may take long calls step() now and then, each call a few nanoseconds. Ctrl-C
// makes the next step() fail, which ends the command and nothing else.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "emu/base/error.hpp"

namespace pagelab::shell {

class Progress {
  public:
    void begin(char const* command);
    // Fails with "interrupted" after Ctrl-C. total 0: unknown.
    Result<> step(uint64_t done, uint64_t total);
    void end(); // wipes what was shown

    // From a signal handler.
    static void interrupt() { interrupted_ = true; }
    static bool is_interrupted() { return interrupted_; }

  private:
    using Clock = std::chrono::steady_clock;

    void show(uint64_t done, uint64_t total);

    static inline std::atomic<bool> interrupted_ = false;
    char const* command_ = "";
    Clock::time_point next_;
    unsigned calls_ = 0;
    bool shown_ = false;
};

} // namespace pagelab::shell
