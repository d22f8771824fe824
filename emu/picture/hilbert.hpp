// A row of Hilbert curves: positions along one line become cells of a picture, and neighbours on
// the line stay near each other.
//
//   +--+  +--+     each square of side 2^k holds 4^k positions; its curve goes from its lower left
//   |  |  |  |     corner to its lower right one, where the next square's begins. Every aligned
//   +  +--+  +     run of 4^n positions is a square of its own.
//   |        |
//   0 -> . . +     (y grows as the rows of a picture do; "lower" is row 0)
//
// Source: D. Hilbert, Mathematische Annalen 38 (1891).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pagelab::picture {

struct Cell {
    uint32_t x = 0;
    uint32_t y = 0;

    bool operator==(Cell const&) const = default;
};

class HilbertRow {
  public:
    // For so many positions, at most 2^32: one square if they fill it, else up to four.
    explicit HilbertRow(uint64_t positions);

    uint32_t side() const { return side_; } // of a square, a power of two
    uint32_t width() const { return side_ * squares_; }
    uint32_t height() const { return side_; }

    Cell cell_of(uint64_t position) const;
    // Nothing for a cell outside the squares; it may be behind the last position.
    std::optional<uint64_t> position_of(Cell cell) const;

  private:
    uint32_t side_ = 1;
    uint32_t squares_ = 1;
};

} // namespace pagelab::picture
