// The curve over whole small spaces: it visits every cell once, from neighbour to neighbour.
#include "emu/picture/hilbert.hpp"

#include <set>
#include <utility>

#include <doctest/doctest.h>

using pagelab::picture::Cell;
using pagelab::picture::HilbertRow;

TEST_CASE("cells and positions are each other's inverse, and steps are to a neighbour")
{
    for (uint64_t const pages : {1u, 2u, 4u, 8u, 12u, 16u, 64u, 4096u, 8192u, 3u * 16384u}) {
        CAPTURE(pages);
        HilbertRow const row(pages);
        REQUIRE(uint64_t{row.width()} * row.height() == pages);
        std::set<std::pair<uint32_t, uint32_t>> seen;
        Cell before = row.cell_of(0);
        CHECK(before == Cell{0, 0});
        uint64_t bad_steps = 0;
        uint64_t bad_inverses = 0;
        for (uint64_t position = 0; position < pages; ++position) {
            Cell const cell = row.cell_of(position);
            uint32_t const step = (cell.x > before.x ? cell.x - before.x : before.x - cell.x) +
                                  (cell.y > before.y ? cell.y - before.y : before.y - cell.y);
            bad_steps += position > 0 && step != 1;
            bad_inverses += row.position_of(cell) != position;
            seen.insert({cell.x, cell.y});
            before = cell;
        }
        CHECK(bad_steps == 0);
        CHECK(bad_inverses == 0);
        CHECK(seen.size() == pages);
        CHECK(before == Cell{row.width() - 1, 0});
    }
}

TEST_CASE("an aligned run of 4^n positions is a square")
{
    HilbertRow const row(256);
    for (uint64_t pages = 1, side = 1; pages <= 256; pages *= 4, side *= 2)
        for (uint64_t start = 0; start < 256; start += pages) {
            Cell const first = row.cell_of(start);
            for (uint64_t i = 0; i < pages; ++i) {
                Cell const cell = row.cell_of(start + i);
                CHECK(cell.x / side == first.x / side);
                CHECK(cell.y / side == first.y / side);
            }
        }
}

TEST_CASE("what does not fill its squares gets as many as it needs; outside there is nothing")
{
    CHECK(HilbertRow(5).width() == 4);
    CHECK(HilbertRow(15).width() == 8);
    CHECK(HilbertRow(17).width() == 8);
    CHECK(HilbertRow(1 << 20).width() == 1024);
    CHECK(HilbertRow(0x140000).width() == 2048);
    CHECK(!HilbertRow(16).position_of({4, 0}));
    CHECK(!HilbertRow(16).position_of({0, 4}));
}
