// Chart: quantities over time, as an SVG picture: areas on top of each other, or lines.
//
//   y |      ____       each panel has its own scale from 0 on; all share the time below the last
//     |  ___/    \__
//     |_/___________\___ t
#pragma once

#include <string>
#include <vector>

#include "emu/picture/legend.hpp"

namespace pagelab::picture {

struct Series {
    std::string label;
    Colour colour = 0;
    std::vector<double> values; // one for each time
};

struct Panel {
    enum class Kind : uint8_t { Stacked, Lines };
    Kind kind = Kind::Stacked;
    std::string title; // what it counts, with its unit
    std::vector<Series> series;
};

struct Chart {
    std::string title;
    std::vector<double> times; // seconds, ascending
    std::vector<Panel> panels;
};

// Source: Scalable Vector Graphics 1.1 (W3C, 2011).
std::string svg_chart(Chart const& chart);

} // namespace pagelab::picture
