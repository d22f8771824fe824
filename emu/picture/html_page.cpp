// Tables and runs, into the page's three parts.
#include "emu/picture/html_page.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "emu/picture/hilbert.hpp"
#include "emu/picture/page_parts.hpp"

namespace pagelab::picture {

namespace {

void append_number(std::string& bytes, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>(value | 0x80);
    bytes += static_cast<char>(value);
}

std::string base64(std::string_view bytes)
{
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t i = 0; i < bytes.size(); i += 3) {
        uint32_t word = 0;
        for (size_t k = 0; k < 3; ++k)
            word = word << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
        for (size_t k = 0; k < 4; ++k)
            text += i + k <= bytes.size() ? kDigits[word >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

nlohmann::json entries_of(Album const& album)
{
    auto entries = nlohmann::json::array();
    for (Entry const& entry : album.entries())
        entries.push_back({guest::name(entry.use), entry.zone, entry.order,
                           guest::migrate_type_name(entry.type), entry.cache, entry.owner});
    return entries;
}

nlohmann::json legends_of(Album const& album)
{
    auto legends = nlohmann::json::array();
    for (By const by : kEveryBy) {
        Legend const legend = make_legend(album, by);
        auto classes = nlohmann::json::array();
        for (LegendClass const& type : legend.classes)
            classes.push_back({type.label, css(type.colour)});
        legends.push_back(
            {{"by", name(by)}, {"classes", std::move(classes)}, {"of", legend.class_of_entry}});
    }
    return legends;
}

nlohmann::json moments_of(Album const& album)
{
    auto moments = nlohmann::json::array();
    for (Album::Moment const& moment : album.moments()) {
        std::string bytes;
        for (Album::Run const& run : moment.runs) {
            append_number(bytes, run.entry);
            append_number(bytes, run.pages);
        }
        moments.push_back({{"title", moment.title}, {"runs", base64(bytes)}});
    }
    return moments;
}

} // namespace

std::string html_page(Album const& album, By by)
{
    HilbertRow const curve(album.last().size());
    auto ranges = nlohmann::json::array();
    for (guest::FrameMap::Range const& range : album.ranges())
        ranges.push_back({range.start.value, range.pages});
    nlohmann::json const data = {
        {"side", curve.side()},
        {"width", curve.width()},
        {"pages", album.last().size()},
        {"ranges", std::move(ranges)},
        {"direct", {fmt::format("{:#x}", album.direct().base.value), album.direct().pages}},
        {"by", name(by)},
        {"legends", legends_of(album)},
        {"entries", entries_of(album)},
        {"moments", moments_of(album)}};
    using ErrorHandler = nlohmann::json::error_handler_t; // names are any bytes
    std::string text = data.dump(-1, ' ', true, ErrorHandler::replace);
    for (size_t at = text.find('<'); at != text.npos; at = text.find('<', at))
        text.replace(at, 1, "\\u003c"); // nothing in it ends the script element
    std::string page(kMapHtml);
    auto const put = [&](std::string_view mark, std::string_view part) {
        page.replace(page.find(mark), mark.size(), part);
    };
    put("/* map.css */", kMapCss);
    put("/* album.js */", kAlbumScript);
    put("/* map.js */", kMapScript);
    put("/* data */", text);
    return page;
}

} // namespace pagelab::picture
