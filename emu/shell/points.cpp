// A short list, searched from its start.
#include "emu/shell/points.hpp"

#include <algorithm>

namespace pagelab::shell {

Result<Point const*> PointTable::add(machine::Machine& machine, Point point)
{
    point.id = TRY(machine.add_point(point.what));
    point.number = next_++;
    points_.push_back(std::move(point));
    return &points_.back();
}

Result<> PointTable::remove(machine::Machine& machine, unsigned number)
{
    Point* const point = TRY(find(number));
    machine.remove_point(point->id);
    points_.erase(points_.begin() + (point - points_.data()));
    return {};
}

Result<Point*> PointTable::find(unsigned number)
{
    auto const found = std::ranges::find(points_, number, &Point::number);
    if (found == points_.end())
        return fail("no point {}", number);
    return &*found;
}

Point* PointTable::of(cpu::PointId id)
{
    auto const found = std::ranges::find(points_, id, &Point::id);
    return found == points_.end() ? nullptr : &*found;
}

bool PointTable::has_breakpoint_at(uint64_t linear) const
{
    return std::ranges::any_of(points_, [&](Point const& point) {
        auto const* const at = std::get_if<cpu::Breakpoint>(&point.what);
        return at != nullptr && at->space == cpu::AddressSpace::Virtual && at->address == linear;
    });
}

} // namespace pagelab::shell
