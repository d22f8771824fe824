// Squares of equal pages, a path for each class, and the legend.
#include "emu/picture/picture.hpp"

#include <algorithm>

#include "emu/picture/svg_text.hpp"

namespace pagelab::picture {

namespace {

constexpr double kWide = 1024; // of the picture as it is shown first, in pixels
constexpr int kLegendWidth = 260;
constexpr int kLegendLine = 22;

class Squares {
  public:
    explicit Squares(Picture const& picture)
        : picture_(picture), paths_(picture.legend.classes.size())
    {
        auto const& classes = picture.classes;
        run_ends_.resize(classes.size());
        for (size_t i = classes.size(); i-- > 0;)
            run_ends_[i] = i + 1 < classes.size() && classes[i] == classes[i + 1]
                               ? run_ends_[i + 1]
                               : static_cast<uint32_t>(i + 1);
        uint64_t const square = uint64_t{picture.curve.side()} * picture.curve.side();
        for (uint64_t start = 0; start < classes.size(); start += square)
            add(start, picture.curve.side());
    }

    std::string const& path(size_t number) const { return paths_[number]; }

  private:
    void add(uint64_t start, uint32_t side)
    {
        if (start >= run_ends_.size())
            return;
        uint64_t const pages = uint64_t{side} * side;
        if (run_ends_[start] < std::min<uint64_t>(start + pages, run_ends_.size())) {
            for (uint64_t quarter = 0; quarter < 4; ++quarter)
                add(start + quarter * pages / 4, side / 2);
            return;
        }
        Cell const cell = picture_.curve.cell_of(start);
        fmt::format_to(std::back_inserter(paths_[picture_.classes[start]]), "M{} {}h{}v{}h-{}z",
                       cell.x & ~(side - 1), cell.y & ~(side - 1), side, side, side);
    }

    Picture const& picture_;
    std::vector<std::string> paths_;
    std::vector<uint32_t> run_ends_; // of each position, where its run of equal classes ends
};

std::string legend_lines(Legend const& legend)
{
    std::string text;
    int y = 64;
    for (LegendClass const& type : legend.classes) {
        if (type.pages == 0)
            continue;
        text += fmt::format("<rect x='0' y='{}' width='14' height='14' rx='2' fill='{}' "
                            "stroke='#8b949e' stroke-width='.5'/>\n"
                            "<text x='24' y='{}'>{}</text>"
                            "<text x='{}' y='{}' text-anchor='end' fill='#8b949e'>{}</text>\n",
                            y - 12, css(type.colour), y, svg_text(type.label), kLegendWidth - 20, y,
                            type.pages);
        y += kLegendLine;
    }
    return text;
}

} // namespace

std::string svg_file(Picture const& picture)
{
    double const scale = kWide / picture.curve.width();
    double const height = picture.curve.height() * scale;
    size_t lines = 0;
    for (LegendClass const& type : picture.legend.classes)
        lines += type.pages != 0;
    double const total = std::max(height, 64.0 + kLegendLine * static_cast<double>(lines));
    std::string text = fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}'>\n"
        "<title>{2}</title>\n<rect width='100%' height='100%' fill='{3}'/>\n"
        "<g transform='translate(20 20) scale({4})' shape-rendering='crispEdges'>\n",
        kWide + kLegendWidth + 60, total + 40, svg_text(picture.title), css(kBackground), scale);
    Squares const squares(picture);
    for (size_t i = 0; i < picture.legend.classes.size(); ++i) {
        LegendClass const& type = picture.legend.classes[i];
        if (!squares.path(i).empty())
            text +=
                fmt::format("<path fill='{}' d='{}'><title>{}: {} pages</title></path>\n",
                            css(type.colour), squares.path(i), svg_text(type.label), type.pages);
    }
    text += fmt::format("</g>\n<g transform='translate({} 20)' fill='#e6edf3' font-size='14' "
                        "font-family='system-ui, sans-serif'>\n<text y='20'>{}</text>\n{}</g>\n",
                        kWide + 40, svg_text(picture.title), legend_lines(picture.legend));
    return text + "</svg>\n";
}

} // namespace pagelab::picture
