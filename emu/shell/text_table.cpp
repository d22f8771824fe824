// Two passes: widths, then lines.
#include "emu/shell/text_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pagelab::shell {

std::string TextTable::text() const
{
    std::vector<std::string> titles;
    for (Column const& column : columns_)
        titles.push_back(column.title);
    std::vector<size_t> widths(columns_.size());
    auto const measure = [&](std::vector<std::string> const& cells) {
        for (size_t i = 0; i < std::min(cells.size(), widths.size()); ++i)
            widths[i] = std::max(widths[i], cells[i].size());
    };
    measure(titles);
    std::ranges::for_each(rows_, measure);

    std::string result;
    auto const draw = [&](std::vector<std::string> const& cells) {
        std::string line;
        for (size_t i = 0; i < columns_.size(); ++i) {
            std::string_view const cell = i < cells.size() ? std::string_view(cells[i]) : "";
            line += i == 0 ? "" : "  ";
            line += columns_[i].align == Align::Left ? fmt::format("{:<{}}", cell, widths[i])
                                                     : fmt::format("{:>{}}", cell, widths[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    };
    if (std::ranges::any_of(titles, [](std::string const& title) { return !title.empty(); }))
        draw(titles);
    std::ranges::for_each(rows_, draw);
    return result;
}

} // namespace pagelab::shell
