// A label and a colour for each entry; entries with the same label are one class.
#include "emu/picture/legend.hpp"

#include <algorithm>
#include <map>

namespace pagelab::picture {

namespace {

using guest::Use;

constexpr std::array kNames = {"use", "zone", "order", "type", "cache", "owner"};

constexpr Colour kFree = 0x1f3042;
constexpr Colour kOther = 0x6e7681;
constexpr Colour kReserved = 0x484f58;

constexpr std::array<Colour, guest::kUses> kUseColours = {
    kBackground, kReserved, kFree,    0x3a6ea5, 0xe69f00,
    0x56b4e9,    0xcc79a7,  0xf0e442, 0xd55e00, 0x009e73};

struct Pair {
    Colour free;
    Colour used;
};
constexpr std::array<Pair, 6> kPairs = {{{0x16394a, 0x56b4e9},
                                         {0x40300c, 0xe69f00},
                                         {0x0d3b2e, 0x009e73},
                                         {0x3f2436, 0xcc79a7},
                                         {0x42210d, 0xd55e00},
                                         {0x3f3d14, 0xf0e442}}};

constexpr std::array<Colour, 11> kOrders = {0x440154, 0x482475, 0x414487, 0x355f8d,
                                            0x2a788e, 0x21918c, 0x22a884, 0x44bf70,
                                            0x7ad151, 0xbddf26, 0xfde725};

constexpr std::array<Colour, 20> kHues = {0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0xcc79a7,
                                          0xd55e00, 0x0072b2, 0x9be564, 0xb07cff, 0xff8fa3,
                                          0x3ddbd9, 0xc49c6b, 0x7f8cff, 0xd4e157, 0xff6f59,
                                          0x5fd38d, 0xe36bae, 0x8ecae6, 0xffc971, 0xa3a948};

bool is_free(Entry const& entry)
{
    return entry.use == Use::Free || entry.use == Use::Kept;
}

struct Style {
    std::string label;
    Colour colour = 0;
    unsigned rank = 0; // classes are listed by this
};

// What a page is by zone or migrate type: two shades of a hue.
Style shade(std::string const& label, size_t hue, Entry const& entry)
{
    Pair const& pair = kPairs[hue % kPairs.size()];
    auto const rank = static_cast<unsigned>(hue * 2);
    return is_free(entry) ? Style{label + ", free", pair.free, rank + 1}
                          : Style{label + ", used", pair.used, rank};
}

class Styles {
  public:
    Styles(Album const& album, By by) : by_(by)
    {
        std::map<std::string, uint64_t> pages;
        for (Entry const& entry : album.entries()) {
            zones_.try_emplace(entry.zone, zones_.size());
            if (std::string const& named = name_of(entry); !named.empty())
                pages[named] += entry.pages;
        }
        for (auto const& [named, count] : pages)
            largest_.push_back(named);
        std::ranges::stable_sort(largest_, std::ranges::greater(),
                                 [&](std::string const& named) { return pages[named]; });
        if (largest_.size() > kHues.size())
            largest_.resize(kHues.size());
    }

    Style of(Entry const& entry) const
    {
        if (entry.use == Use::Absent)
            return {guest::name(Use::Absent), kBackground, 0};
        switch (by_) {
        case By::Use:
            break;
        case By::Zone:
            return shade(entry.zone, zones_.at(entry.zone), entry);
        case By::Type:
            return shade(guest::migrate_type_name(entry.type), entry.type, entry);
        case By::Order:
            if (is_free(entry))
                return {fmt::format("free, order {}", entry.order), kOrders[entry.order],
                        1u + entry.order};
            return {"used", kReserved, 100};
        case By::Cache:
        case By::Owner:
            return named(entry);
        }
        auto const use = static_cast<size_t>(entry.use);
        return {guest::name(entry.use), kUseColours[use], static_cast<unsigned>(use)};
    }

  private:
    std::string const& name_of(Entry const& entry) const
    {
        return by_ == By::Cache ? entry.cache : entry.owner;
    }

    Style named(Entry const& entry) const
    {
        auto const found = std::ranges::find(largest_, name_of(entry));
        if (found != largest_.end()) {
            auto const place = static_cast<size_t>(found - largest_.begin());
            return {*found, kHues[place], static_cast<unsigned>(1 + place)};
        }
        if (!name_of(entry).empty())
            return {by_ == By::Cache ? "other caches" : "other owners", kOther, 50};
        if (is_free(entry))
            return {"free", kFree, 60};
        return {by_ == By::Cache ? "no slab" : "no known owner", kReserved, 55};
    }

    By by_;
    std::map<std::string, size_t> zones_;
    std::vector<std::string> largest_;
};

} // namespace

char const* name(By by)
{
    return kNames[static_cast<size_t>(by)];
}

std::optional<By> parse_by(std::string_view text)
{
    for (By const by : kEveryBy)
        if (text == name(by))
            return by;
    return std::nullopt;
}

Legend make_legend(Album const& album, By by)
{
    Styles const styles(album, by);
    std::vector<Style> classes = {{guest::name(Use::Absent), kBackground, 0}};
    std::vector<Style> of_entry;
    for (Entry const& entry : album.entries()) {
        of_entry.push_back(styles.of(entry));
        if (std::ranges::find(classes, of_entry.back().label, &Style::label) == classes.end())
            classes.push_back(of_entry.back());
    }
    std::ranges::stable_sort(classes, {}, &Style::rank);
    Legend legend;
    for (Style const& style : classes)
        legend.classes.push_back({style.label, style.colour, 0});
    for (Style const& style : of_entry)
        legend.class_of_entry.push_back(static_cast<uint8_t>(
            std::ranges::find(classes, style.label, &Style::label) - classes.begin()));
    for (uint32_t const entry : album.last())
        ++legend.classes[legend.class_of(entry)].pages;
    return legend;
}

Colour order_colour(size_t order)
{
    return kOrders[order % kOrders.size()];
}

Colour series_colour(size_t number)
{
    return number < kHues.size() ? kHues[number] : kOther;
}

std::string css(Colour colour)
{
    return fmt::format("#{:06x}", colour);
}

} // namespace pagelab::picture
