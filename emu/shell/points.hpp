// The user's breakpoints, watchpoints and catches: the machine's points with numbers, conditions
// and counts.
#pragma once

#include <string>
#include <vector>

#include "emu/machine/machine.hpp"

namespace pagelab::shell {

struct Point {
    unsigned number = 0; // from 1; never used twice
    cpu::DebugPoint what;
    std::string text;      // "breakpoint at vmalloc (0xffffffff81023450)"
    std::string condition; // a C expression, judged at each hit; empty: always
    uint64_t hits = 0;     // for which the condition held
    uint64_t ignore = 0;   // so many of them are passed over
    bool temporary = false;
    cpu::PointId id = 0; // the machine's
};

class PointTable {
  public:
    // Sets it in the machine. Fails if the machine does.
    Result<Point const*> add(machine::Machine& machine, Point point);
    Result<> remove(machine::Machine& machine, unsigned number);
    Result<Point*> find(unsigned number);
    Point* of(cpu::PointId id); // null: none of the user's
    bool has_breakpoint_at(uint64_t linear) const;
    std::vector<Point> const& all() const { return points_; }

  private:
    std::vector<Point> points_;
    unsigned next_ = 1;
};

} // namespace pagelab::shell
