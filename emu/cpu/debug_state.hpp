// Where a debugged run stands: what it is to stop for, and the block that is run in pieces for it.
//
// Between two blocks a run can be left and continued without trace, for the library does it all the
// time. To stop within one, the block is run in pieces that end where one wants; at their seams
// nothing else may happen (no interrupt, no deadline), since nothing could have otherwise:
//
//   block   |--------------------------|        its count is `whole_end` at the end
//   pieces  |---------|-|--------------|
//                     ^ an instruction alone, between two stops
//
// An access that is watched is seen before it is made. Its instruction is left as if it had
// faulted, run again alone and unobserved, and reported at its end.
#pragma once

#include <limits>
#include <optional>
#include <utility>

#include "emu/cpu/debug_points.hpp"
#include "emu/cpu/exception_delivery.hpp"

namespace pagelab::cpu {

struct DebugState {
    static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

    DebugPoints points;
    uint64_t end = kNever; // instruction count at which to stop
    StepInterrupts interrupts = StepInterrupts::Taken;

    uint64_t whole_end = kNever;
    bool alone = false;             // the next instruction is to run by itself
    bool unobserved = false;        // and is under way
    std::optional<DebugStop> found; // to be reported when it is done
    uint64_t found_at = 0;          // the count then
    std::optional<Event> held;      // a caught event, not yet delivered
    bool report_held = false;       // nor reported

    bool resuming = false;                             // the next run() continues a stopped one
    std::pair<uint64_t, uint64_t> passed{kNever, 0};   // count and address of the last stop
    std::pair<uint64_t, uint64_t> last_cut{kNever, 0}; // count and length of the last piece
    DebugStop stop;

    bool in_pieces(uint64_t retired) const { return whole_end != kNever && retired < whole_end; }
    // Whether every block is to be looked at before it is entered.
    bool wants_every_block() const { return whole_end != kNever || alone || found; }
    bool is_on() const { return wants_every_block() || end != kNever || points.has_breakpoints(); }
    // The block has been left otherwise: by an exception.
    void leave_pieces()
    {
        whole_end = kNever;
        alone = unobserved = false;
        found.reset();
    }
};

} // namespace pagelab::cpu
