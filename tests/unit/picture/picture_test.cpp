// Files of pictures are read back: a PNG by libpng, an SVG's squares, an HTML page's text.
#include "emu/picture/picture.hpp"

#include <doctest/doctest.h>
#include <png.h>

#include "emu/picture/html_page.hpp"
#include "tests/unit/picture/sample_map.hpp"

using namespace pagelab;
using namespace pagelab::picture;

namespace {

Album sample_album()
{
    Album album;
    REQUIRE(album.add("1.5 s", test::sample_map()));
    return album;
}

struct Pixels {
    uint32_t width = 0;
    uint32_t height = 0;
    std::vector<uint8_t> rgb;
};

Pixels decode(std::string const& file)
{
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
    image.format = PNG_FORMAT_RGB;
    Pixels pixels{image.width, image.height, std::vector<uint8_t>(PNG_IMAGE_SIZE(image))};
    REQUIRE(png_image_finish_read(&image, nullptr, pixels.rgb.data(), 0, nullptr) != 0);
    return pixels;
}

// The pages that the squares of an SVG's path cover, by position.
std::vector<uint64_t> positions_of(std::string_view path, HilbertRow const& curve)
{
    std::vector<uint64_t> positions;
    for (size_t at = path.find('M'); at != path.npos; at = path.find('M', at + 1)) {
        unsigned x = 0, y = 0, side = 0;
        REQUIRE(std::sscanf(path.data() + at, "M%u %uh%u", &x, &y, &side) == 3);
        for (unsigned dy = 0; dy < side; ++dy)
            for (unsigned dx = 0; dx < side; ++dx)
                positions.push_back(curve.position_of({x + dx, y + dy}).value());
    }
    return positions;
}

} // namespace

TEST_CASE("a PNG has each page's colour at its cell, at any scale")
{
    Picture const picture = make_picture(sample_album(), By::Use);
    for (unsigned const scale : {1u, 3u}) {
        auto const file = png_file(picture, scale);
        REQUIRE(file);
        Pixels const pixels = decode(*file);
        REQUIRE(pixels.width == 64 * scale);
        REQUIRE(pixels.height == 64 * scale);
        size_t wrong = 0;
        for (size_t position = 0; position < 4096; ++position) {
            Cell const cell = picture.curve.cell_of(position);
            size_t const at =
                ((cell.y * scale + scale - 1) * size_t{pixels.width} + cell.x * scale) * 3;
            uint32_t const rgb = static_cast<uint32_t>(
                pixels.rgb[at] << 16 | pixels.rgb[at + 1] << 8 | pixels.rgb[at + 2]);
            wrong += rgb != picture.legend.classes[picture.classes[position]].colour;
        }
        CHECK(wrong == 0);
    }
    CHECK(!png_file(picture, 0));
    CHECK(!png_file(picture, 1000));
}

TEST_CASE("an SVG's squares cover each page once, in its class's path")
{
    Picture const picture = make_picture(sample_album(), By::Owner);
    std::string const svg = svg_file(picture);
    std::vector<int> covered(4096, -1);
    size_t squares = 0;
    for (size_t at = svg.find("<path"); at != svg.npos; at = svg.find("<path", at + 1)) {
        std::string const element = svg.substr(at, svg.find("</path>", at) - at);
        std::string const colour = element.substr(element.find("fill='") + 6, 7);
        auto const& classes = picture.legend.classes;
        size_t type = 0;
        while (css(classes[type].colour) != colour)
            ++type;
        std::string const path = element.substr(element.find("d='") + 3);
        for (uint64_t const position :
             positions_of(path.substr(0, path.find('\'')), picture.curve)) {
            CHECK(covered[position] == -1);
            covered[position] = static_cast<int>(type);
        }
        squares += static_cast<size_t>(std::ranges::count(path, 'M'));
    }
    for (size_t position = 0; position < 4096; ++position)
        REQUIRE(covered[position] == picture.classes[position]);
    CHECK(squares < 40); // equal pages are merged
    CHECK(svg.find("<b>") == svg.npos);
    CHECK(svg.find("&lt;/script>&lt;b>?&amp;\"") != svg.npos);
}

TEST_CASE("a page's data is one script element that no name can end")
{
    std::string const page = html_page(sample_album(), By::Order);
    size_t ends = 0;
    for (size_t at = page.find("</script>"); at != page.npos; at = page.find("</script>", at + 1))
        ++ends;
    CHECK(ends == 2);
    CHECK(page.find("<b>") == page.npos);
    CHECK(page.find("\\u003c/script>\\u003cb>") != page.npos);
    CHECK(page.find("\"by\":\"order\"") != page.npos);
    for (char const* mark : {"/* data */", "/* map.css */", "/* album.js */", "/* map.js */"})
        CHECK(page.find(mark) == page.npos);
    for (char const* network : {"http:", "https:", "src=", "href=", "@import"})
        CHECK(page.find(network) == page.npos);
}
