// Ranges are compared as distances: none of them wraps, whatever the addresses are.
#include "emu/cpu/debug_points.hpp"

#include <algorithm>

namespace pagelab::cpu {

namespace {

bool includes(AccessMask mask, mmu::Operation operation)
{
    auto const bit = operation == mmu::Operation::Write ? AccessMask::Write : AccessMask::Read;
    return (static_cast<uint8_t>(mask) & static_cast<uint8_t>(bit)) != 0;
}

bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a - b < b_size || b - a < a_size;
}

Result<> check(DebugPoint const& point)
{
    if (auto const* watch = std::get_if<Watchpoint>(&point)) {
        if (watch->size == 0 || watch->address + (watch->size - 1) < watch->address)
            return fail("a watchpoint of {} bytes at {:#x} covers nothing", watch->size,
                        watch->address);
        if (watch->accesses == AccessMask::None)
            return fail("a watchpoint watches reads, writes or both");
    }
    if (auto const* port = std::get_if<PortCatch>(&point); port && port->first > port->last)
        return fail("there are no ports from {:#x} to {:#x}", port->first, port->last);
    return {};
}

} // namespace

Result<PointId> DebugPoints::add(DebugPoint const& point)
{
    TRY(check(point));
    PointId const id = next_++;
    points_.emplace(id, point);
    if (auto const* breakpoint = std::get_if<Breakpoint>(&point))
        breakpoints_.emplace(breakpoint->address % kPageSize,
                             Numbered<Breakpoint>{id, *breakpoint});
    if (auto const* watch = std::get_if<Watchpoint>(&point))
        watchpoints_.push_back({id, *watch});
    return id;
}

bool DebugPoints::remove(PointId id)
{
    std::erase_if(breakpoints_, [id](auto const& entry) { return entry.second.id == id; });
    std::erase_if(watchpoints_, [id](auto const& entry) { return entry.id == id; });
    return points_.erase(id) != 0;
}

bool DebugPoints::may_break(uint64_t linear, uint64_t size) const
{
    if (size >= kPageSize)
        return has_breakpoints();
    uint64_t const from = linear % kPageSize;
    auto const next = breakpoints_.lower_bound(from);
    return (next != breakpoints_.end() && next->first < from + size) ||
           (from + size > kPageSize && has_breakpoints() &&
            breakpoints_.begin()->first < from + size - kPageSize);
}

std::optional<DebugPoints::Hit> DebugPoints::breakpoint_in(uint64_t linear, uint64_t size,
                                                           Translate const& translate) const
{
    while (size != 0) {
        uint64_t const offset = linear % kPageSize;
        uint64_t const on_page = std::min(size, kPageSize - offset);
        auto const end = breakpoints_.lower_bound(offset + on_page);
        for (auto at = breakpoints_.lower_bound(offset); at != end; ++at) {
            uint64_t const address = linear - offset + at->first;
            Breakpoint const& point = at->second.point;
            bool const hit = point.space == AddressSpace::Virtual
                                 ? point.address == address
                                 : translate(address) == PhysAddr(point.address);
            if (hit)
                return Hit{at->second.id, address};
        }
        linear += on_page;
        size -= on_page;
    }
    return std::nullopt;
}

bool DebugPoints::watch_page(VirtAddr page, PhysAddr target) const
{
    return std::ranges::any_of(watchpoints_, [&](auto const& entry) {
        Watchpoint const& watch = entry.point;
        uint64_t const start = watch.space == AddressSpace::Virtual ? page.value : target.value;
        return overlap(start, kPageSize, watch.address, watch.size);
    });
}

std::optional<PointId> DebugPoints::watchpoint(uint64_t linear, PhysAddr physical, uint64_t size,
                                               mmu::Operation operation) const
{
    for (auto const& [id, watch] : watchpoints_) {
        uint64_t const start = watch.space == AddressSpace::Virtual ? linear : physical.value;
        if (includes(watch.accesses, operation) && overlap(start, size, watch.address, watch.size))
            return id;
    }
    return std::nullopt;
}

std::optional<PointId> DebugPoints::exception(uint8_t vector) const
{
    for (auto const& [id, point] : points_)
        if (auto const* caught = std::get_if<ExceptionCatch>(&point);
            caught && caught->vector.value_or(vector) == vector)
            return id;
    return std::nullopt;
}

std::optional<PointId> DebugPoints::interrupt(uint8_t vector) const
{
    for (auto const& [id, point] : points_)
        if (auto const* caught = std::get_if<InterruptCatch>(&point);
            caught && caught->vector.value_or(vector) == vector)
            return id;
    return std::nullopt;
}

std::optional<PointId> DebugPoints::port(uint16_t first, unsigned bytes,
                                         mmu::Operation operation) const
{
    for (auto const& [id, point] : points_)
        if (auto const* caught = std::get_if<PortCatch>(&point);
            caught && includes(caught->accesses, operation) && first <= caught->last &&
            first + bytes > caught->first)
            return id;
    return std::nullopt;
}

std::optional<PointId> DebugPoints::control(unsigned number) const
{
    for (auto const& [id, point] : points_)
        if (auto const* caught = std::get_if<ControlCatch>(&point);
            caught && caught->number == number)
            return id;
    return std::nullopt;
}

} // namespace pagelab::cpu
