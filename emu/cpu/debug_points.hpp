// The debugger's points as a set: which of them an instruction, an access or an event hits.
//
// Breakpoints are found by the offset in their page first, which is the same for virtual and
// physical ones: hardly any block of code passes that test.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "emu/cpu/debug.hpp"

namespace pagelab::cpu {

class DebugPoints {
  public:
    // Linear to physical, as execution would go; none if it is not mapped.
    using Translate = std::function<std::optional<PhysAddr>(uint64_t linear)>;
    struct Hit {
        PointId point = 0;
        uint64_t address = 0; // linear, of the breakpoint
    };

    // An Error if the point says nothing: a range without bytes or ports.
    Result<PointId> add(DebugPoint const& point);
    bool remove(PointId id); // false: there is no such point

    bool empty() const { return points_.empty(); }
    bool has_breakpoints() const { return !breakpoints_.empty(); }
    bool has_watchpoints() const { return !watchpoints_.empty(); }

    // False if no breakpoint can be in linear..linear + size, whatever is mapped there.
    bool may_break(uint64_t linear, uint64_t size) const;
    // The breakpoint with the lowest address in linear..linear + size.
    std::optional<Hit> breakpoint_in(uint64_t linear, uint64_t size,
                                     Translate const& translate) const;
    // Whether watchpoints have anything to do with this page.
    bool watch_page(VirtAddr page, PhysAddr target) const;
    std::optional<PointId> watchpoint(uint64_t linear, PhysAddr physical, uint64_t size,
                                      mmu::Operation operation) const;
    std::optional<PointId> exception(uint8_t vector) const;
    std::optional<PointId> interrupt(uint8_t vector) const;
    std::optional<PointId> port(uint16_t first, unsigned bytes, mmu::Operation operation) const;
    std::optional<PointId> control(unsigned number) const;

  private:
    template<class Kind>
    struct Numbered {
        PointId id;
        Kind point;
    };

    std::map<PointId, DebugPoint> points_;
    std::multimap<uint64_t, Numbered<Breakpoint>> breakpoints_; // by offset in the page
    std::vector<Numbered<Watchpoint>> watchpoints_;
    PointId next_ = 1;
};

} // namespace pagelab::cpu
