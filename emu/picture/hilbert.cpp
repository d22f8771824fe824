// Two bits of the position a level, from the smallest square up, and back.
#include "emu/picture/hilbert.hpp"

#include <utility>

namespace pagelab::picture {

namespace {

// Between a quarter's own coordinates and those of the square around it.
Cell turned(Cell cell, uint32_t side, uint32_t right, uint32_t up)
{
    if (up == 1)
        return cell;
    if (right == 1)
        cell = {side - 1 - cell.x, side - 1 - cell.y};
    std::swap(cell.x, cell.y);
    return cell;
}

} // namespace

HilbertRow::HilbertRow(uint64_t positions)
{
    while (uint64_t{side_} * side_ * 4 <= positions)
        side_ *= 2;
    uint64_t const square = uint64_t{side_} * side_;
    if (positions > square)
        squares_ = static_cast<uint32_t>((positions + square - 1) / square);
}

Cell HilbertRow::cell_of(uint64_t position) const
{
    uint64_t const square = uint64_t{side_} * side_;
    auto const first = static_cast<uint32_t>(position / square) * side_;
    uint64_t rest = position % square;
    Cell cell;
    for (uint32_t quarter = 1; quarter < side_; quarter *= 2, rest /= 4) {
        auto const right = static_cast<uint32_t>(rest >> 1 & 1);
        auto const up = static_cast<uint32_t>((rest ^ right) & 1);
        cell = turned(cell, quarter, right, up);
        cell.x += quarter * right;
        cell.y += quarter * up;
    }
    return {first + cell.x, cell.y};
}

std::optional<uint64_t> HilbertRow::position_of(Cell cell) const
{
    if (cell.x >= width() || cell.y >= height())
        return std::nullopt;
    uint64_t position = 0;
    uint64_t const before = cell.x / side_;
    cell.x %= side_;
    for (uint32_t quarter = side_ / 2; quarter > 0; quarter /= 2) {
        uint32_t const right = cell.x / quarter & 1;
        uint32_t const up = cell.y / quarter & 1;
        position = position * 4 + (3 * right ^ up);
        cell = turned({cell.x % quarter, cell.y % quarter}, quarter, right, up);
    }
    return before * side_ * side_ + position;
}

} // namespace pagelab::picture
