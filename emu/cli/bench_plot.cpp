// gnuplot's files, and gnuplot.
#include "emu/cli/bench_plot.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "emu/cli/bench_process.hpp"

namespace pagelab::cli {

namespace {

constexpr char kScriptHead[] = "# gnuplot growth.gp writes growth.svg\n"
                               "set terminal svg size 1000,900 noenhanced background '#ffffff'\n"
                               "set output 'growth.svg'\n"
                               "set multiplot layout 2,2\n"
                               "set logscale x 2\n"
                               "set format x '%.0f'\n"
                               "set yrange [0:*]\n"
                               "set key below maxcols 2 spacing 1.2\n"
                               "set ylabel 'guest instructions per operation'\n";

std::string data_file(std::vector<Growth> const& all)
{
    std::string text = "# size, guest instructions per operation; a data set for each series\n";
    for (Growth const& growth : all) {
        text += fmt::format("\"{}\"\n", growth.series.title());
        for (size_t i = 0; i < growth.counts.size(); ++i)
            text += fmt::format("{} {:.2f}\n", growth.series.sizes[i], growth.counts[i]);
        text += "\n\n";
    }
    return text;
}

std::string script_file(std::vector<Growth> const& all)
{
    std::string text = kScriptHead;
    std::vector<std::string_view> drawn;
    for (Growth const& first : all) {
        std::string_view const axis = first.series.axis;
        if (std::ranges::find(drawn, axis) != drawn.end())
            continue;
        drawn.push_back(axis);
        text += fmt::format("set xlabel '{}' offset 0,0.5\n", axis);
        std::string curves;
        for (size_t i = 0; i < all.size(); ++i) {
            GrowthSeries const& series = all[i].series;
            if (series.axis == axis)
                curves += fmt::format("{} \\\n    'growth.dat' index {} using 1:2 with linespoints "
                                      "title '{}, {}'",
                                      curves.empty() ? "" : ",", i, series.operation, series.arch);
        }
        text += "plot" + curves + "\n";
    }
    return text;
}

Result<> write_text(std::filesystem::path const& path, std::string const& text)
{
    std::ofstream out(path);
    out << text;
    if (!out.flush())
        return fail("cannot write '{}'", path.string());
    return {};
}

} // namespace

Result<> write_growth(std::string const& folder, std::vector<Growth> const& all)
{
    std::error_code status;
    std::filesystem::create_directories(folder, status);
    TRY(write_text(std::filesystem::path(folder) / "growth.dat", data_file(all)));
    return write_text(std::filesystem::path(folder) / "growth.gp", script_file(all));
}

Result<> draw_growth(std::string const& folder)
{
    auto const picture = std::filesystem::path(folder) / "growth.svg";
    std::error_code status;
    std::filesystem::remove(picture, status);
    std::string quoted; // as gnuplot's strings are
    for (char const c : folder)
        quoted += c == '\'' ? "''" : std::string(1, c);
    auto const run = TRY(run_process({{"gnuplot", "-e", "cd '" + quoted + "'", "growth.gp"}, {}}));
    if (!std::filesystem::exists(picture, status))
        return fail("gnuplot drew no '{}': {}", picture.string(), run.output);
    return {};
}

} // namespace pagelab::cli
