// Legend: which colour a page has, and what it means.
//
// Free memory is dim, what is used is bright; orders go from violet to yellow; caches and owners
// have the hues in the order of their size, and those behind the last hue share one grey.
// Source of the hues: M. Okabe, K. Ito, "Color Universal Design" (2008); of the orders' ramp:
// S. van der Walt, N. Smith, viridis (2015).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emu/picture/album.hpp"

namespace pagelab::picture {

enum class By : uint8_t { Use, Zone, Order, Type, Cache, Owner };
inline constexpr std::array kEveryBy = {By::Use,  By::Zone,  By::Order,
                                        By::Type, By::Cache, By::Owner};
char const* name(By by); // "use"
std::optional<By> parse_by(std::string_view text);

using Colour = uint32_t; // 0xRRGGBB

inline constexpr Colour kBackground = 0x0d1117;

struct LegendClass {
    std::string label;
    Colour colour = 0;
    uint64_t pages = 0; // in the album's last moment
};

struct Legend {
    std::vector<LegendClass> classes;    // at most 64; the first is what is absent
    std::vector<uint8_t> class_of_entry; // by the entry's number

    uint8_t class_of(uint32_t entry) const { return class_of_entry[entry]; }
};

Legend make_legend(Album const& album, By by);

// Of what is counted by order, or by name in the order of size.
Colour order_colour(size_t order);
Colour series_colour(size_t number);

// "#e69f00"
std::string css(Colour colour);

} // namespace pagelab::picture
