// The last moment of an album as a picture: a cell for each page, a class of the legend for each
// cell. PNG and SVG are written from it.
#pragma once

#include <vector>

#include "emu/picture/hilbert.hpp"
#include "emu/picture/legend.hpp"

namespace pagelab::picture {

struct Picture {
    HilbertRow curve;
    Legend legend;
    std::vector<uint8_t> classes; // of each position
    std::string title;            // "1024 MiB by use, at 1.234567 s"
};

Picture make_picture(Album const& album, By by);

// One pixel a page, or scale x scale of them (at least 1), with a palette. Source: PNG
// Specification, third edition (W3C, 2025). Fails if libpng does, or above 2^31 pixels.
Result<std::string> png_file(Picture const& picture, unsigned scale);

// One unit a page; equal pages of an aligned 4^n are one square. The legend is beside it. Source:
// Scalable Vector Graphics 1.1 (W3C, 2011).
std::string svg_file(Picture const& picture);

} // namespace pagelab::picture
