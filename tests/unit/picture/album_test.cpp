// Runs of an album give back the frames they were made of; the legend counts them.
#include "emu/picture/album.hpp"

#include <random>

#include <doctest/doctest.h>

#include "emu/picture/legend.hpp"
#include "tests/unit/picture/sample_map.hpp"

using namespace pagelab;
using namespace pagelab::picture;

namespace {

uint64_t pages_of(Legend const& legend, std::string const& label)
{
    for (LegendClass const& type : legend.classes)
        if (type.label == label)
            return type.pages;
    return 0;
}

} // namespace

TEST_CASE("every moment's runs, over those before, are its frames")
{
    constexpr unsigned kSeed = 1;
    std::minstd_rand random(kSeed);
    guest::FrameMap map = test::sample_map();
    Album album;
    std::vector<uint32_t> replayed(map.frames.size());
    for (unsigned moment = 0; moment < 20; ++moment) {
        CAPTURE(moment);
        REQUIRE(album.add(std::to_string(moment), map));
        size_t position = 0;
        for (Album::Run const& run : album.moments().back().runs)
            for (uint64_t i = 0; i < run.pages; ++i, ++position)
                if (run.entry != Album::kUnchanged)
                    replayed[position] = run.entry - 1;
        REQUIRE(position == map.frames.size());
        size_t wrong = 0;
        for (size_t i = 0; i < replayed.size(); ++i) {
            Entry const& entry = album.entries()[replayed[i]];
            guest::FrameUse const& frame = map.frames[i];
            wrong += entry.use != frame.use || entry.order != frame.order ||
                     entry.zone != map.zones[frame.zone] || entry.type != frame.type ||
                     entry.cache != map.names[frame.cache] || entry.owner != map.names[frame.owner];
        }
        CHECK(wrong == 0);
        for (unsigned change = 0; change < 50; ++change)
            map.frames[random() % map.frames.size()] = map.frames[random() % map.frames.size()];
    }
}

TEST_CASE("what stays as it was is one run")
{
    Album album;
    REQUIRE(album.add("1", test::sample_map()));
    REQUIRE(album.add("2", test::sample_map()));
    CHECK(album.moments()[1].runs.size() == 1);
    guest::FrameMap larger = test::sample_map();
    larger.frames.resize(8192);
    CHECK(!album.add("3", larger));
}

TEST_CASE("each legend counts every page once, under its label")
{
    Album album;
    REQUIRE(album.add("1", test::sample_map()));
    for (By const by : kEveryBy) {
        uint64_t sum = 0;
        for (LegendClass const& type : make_legend(album, by).classes)
            sum += type.pages;
        CHECK(sum == 4096);
        CHECK(parse_by(name(by)) == by);
    }
    CHECK(pages_of(make_legend(album, By::Use), "slab") == 4);
    CHECK(pages_of(make_legend(album, By::Use), "reserved") == 256);
    CHECK(pages_of(make_legend(album, By::Zone), "DMA, free") == 768);
    CHECK(pages_of(make_legend(album, By::Zone), "Normal, used") == 5);
    CHECK(pages_of(make_legend(album, By::Order), "free, order 8") == 4096 - 256 - 5);
    CHECK(pages_of(make_legend(album, By::Type), "Unmovable, used") == 5);
    CHECK(pages_of(make_legend(album, By::Cache), "kmalloc-64") == 4);
    CHECK(pages_of(make_legend(album, By::Owner), test::kHostileName) == 1);
    CHECK(!parse_by("colour"));
}

TEST_CASE("names behind the last hue are one class")
{
    guest::FrameMap map = test::sample_map();
    for (uint16_t i = 0; i < 100; ++i) {
        map.names.push_back("cache-" + std::to_string(i));
        map.frames[3000 + i] = {
            guest::Use::Slab, 1, 0, 0, static_cast<uint16_t>(3 + i), static_cast<uint16_t>(3 + i)};
    }
    Album album;
    REQUIRE(album.add("1", map));
    Legend const legend = make_legend(album, By::Cache);
    CHECK(legend.classes.size() <= 64);
    CHECK(pages_of(legend, "kmalloc-64") == 4); // the largest
    CHECK(pages_of(legend, "other caches") == 100 - 19);
}
