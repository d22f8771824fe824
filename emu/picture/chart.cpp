// Panel by panel: a grid, the areas or lines, and their labels beside them.
#include "emu/picture/chart.hpp"

#include <algorithm>
#include <cmath>

#include "emu/picture/svg_text.hpp"

namespace pagelab::picture {

namespace {

constexpr double kLeft = 80;
constexpr double kTop = 60;
constexpr double kWidth = 760;
constexpr double kHeight = 280;
constexpr double kGap = 70; // between panels
constexpr double kLabels = 220;
constexpr double kLine = 18;
constexpr unsigned kTicks = 5;

// The least of 1, 2, 5 times a power of ten that is not below it.
double round_up(double value)
{
    if (!(value > 0))
        return 1;
    double const power = std::pow(10, std::floor(std::log10(value)));
    for (double const step : {1.0, 2.0, 5.0})
        if (value <= step * power)
            return step * power;
    return 10 * power;
}

std::string number(double value)
{
    if (value >= 1e6)
        return fmt::format("{:g} M", value / 1e6);
    return value >= 1e4 ? fmt::format("{:g} k", value / 1e3) : fmt::format("{:g}", value);
}

class PanelDrawing {
  public:
    PanelDrawing(Chart const& chart, Panel const& panel, double top)
        : chart_(chart), panel_(panel), top_(top)
    {
        bool const is_stacked = panel.kind == Panel::Kind::Stacked;
        double most = 0;
        for (size_t i = 0; i < chart.times.size(); ++i) {
            double sum = 0;
            for (Series const& series : panel.series)
                sum = is_stacked ? sum + series.values[i] : std::max(sum, series.values[i]);
            most = std::max(most, sum);
        }
        tick_ = round_up(most / kTicks);
        most_ = tick_ * kTicks;
    }

    std::string draw() const
    {
        std::string text = fmt::format("<text x='{}' y='{}' font-weight='600'>{}</text>\n", kLeft,
                                       top_ - 14, svg_text(panel_.title));
        for (unsigned i = 0; i <= kTicks; ++i)
            text += fmt::format(
                "<path d='M{} {:.1f}h{}' stroke='#30363d'/>"
                "<text x='{}' y='{:.1f}' text-anchor='end' fill='#8b949e'>{}</text>\n",
                kLeft, y(tick_ * i), kWidth, kLeft - 10, y(tick_ * i) + 4, number(tick_ * i));
        std::vector<double> below(chart_.times.size());
        for (Series const& series : panel_.series)
            text += panel_.kind == Panel::Kind::Stacked ? area(series, below) : line(series);
        return text + labels();
    }

  private:
    double x(size_t i) const
    {
        double const from = chart_.times.front();
        double const span = chart_.times.back() - from;
        return kLeft + (span > 0 ? (chart_.times[i] - from) / span * kWidth : 0);
    }
    double y(double value) const { return top_ + kHeight - value / most_ * kHeight; }

    std::string area(Series const& series, std::vector<double>& below) const
    {
        std::string upper;
        std::string lower;
        for (size_t i = 0; i < below.size(); ++i) {
            lower = fmt::format("L{:.1f} {:.1f}", x(i), y(below[i])) + lower;
            below[i] += series.values[i];
            upper += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x(i), y(below[i]));
        }
        return fmt::format("<path d='{}{}z' fill='{}'><title>{}</title></path>\n", upper, lower,
                           css(series.colour), svg_text(series.label));
    }

    std::string line(Series const& series) const
    {
        std::string path;
        for (size_t i = 0; i < series.values.size(); ++i)
            path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x(i), y(series.values[i]));
        return fmt::format("<path d='{}' fill='none' stroke='{}' stroke-width='2'>"
                           "<title>{}</title></path>\n",
                           path, css(series.colour), svg_text(series.label));
    }

    // The last series is on top, as in the picture.
    std::string labels() const
    {
        std::string text;
        double at = top_ + 10;
        for (size_t i = panel_.series.size(); i-- > 0; at += kLine) {
            Series const& series = panel_.series[i];
            text +=
                fmt::format("<rect x='{0}' y='{1}' width='12' height='12' rx='2' fill='{2}' "
                            "stroke='#8b949e' stroke-width='.5'/><text x='{3}' y='{4}'>{5}"
                            "<tspan fill='#8b949e'>  {6:g}</tspan></text>\n",
                            kLeft + kWidth + 24, at - 10, css(series.colour), kLeft + kWidth + 44,
                            at, svg_text(series.label), series.values.back());
        }
        return text;
    }

    Chart const& chart_;
    Panel const& panel_;
    double top_;
    double tick_ = 1;
    double most_ = 1;
};

} // namespace

std::string svg_chart(Chart const& chart)
{
    double const width = kLeft + kWidth + kLabels;
    double const height = kTop + static_cast<double>(chart.panels.size()) * (kHeight + kGap);
    std::string text = fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1}' viewBox='0 0 {0} {1}' "
        "fill='#e6edf3' font-size='13' font-family='system-ui, sans-serif'>\n"
        "<title>{2}</title>\n<rect width='100%' height='100%' fill='{3}'/>\n"
        "<text x='{4}' y='26' font-size='17' font-weight='600'>{2}</text>\n",
        width, height, svg_text(chart.title), css(kBackground), kLeft);
    double top = kTop + 10;
    for (Panel const& panel : chart.panels) {
        text += PanelDrawing(chart, panel, top).draw();
        top += kHeight + kGap;
    }
    for (auto const& [x, anchor, time] : {std::tuple(kLeft, "start", chart.times.front()),
                                          std::tuple(kLeft + kWidth, "end", chart.times.back())})
        text += fmt::format("<text x='{}' y='{}' text-anchor='{}' fill='#8b949e'>{:.6f} s</text>\n",
                            x, top - kGap + 22, anchor, time);
    return text + "</svg>\n";
}

} // namespace pagelab::picture
