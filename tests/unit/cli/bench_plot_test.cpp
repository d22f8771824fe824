#include "emu/cli/bench_plot.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

using namespace pagelab::cli;

namespace {

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "pagelab's growth";
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }

    std::string text(char const* name) const
    {
        std::ifstream in(path / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

Growth growth(char const* operation, char const* axis, std::vector<double> const& counts)
{
    return {{operation, axis, "page0", "i686", {1, 4, 16}}, counts, {}};
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("growth: a data set for each series, drawn in a panel for each axis")
{
    Folder const folder;
    REQUIRE(write_growth(folder.path.string(), {growth("take_one", "blocks", {2.5, 2.5, 3}),
                                                growth("take_all", "caches", {1, 2, 4}),
                                                growth("give", "blocks", {7, 7, 7})}));
    CHECK(has(folder.text("growth.dat"), "\"take_one by blocks, i686\"\n1 2.50\n4 2.50\n"));
    CHECK(has(folder.text("growth.dat"), "\n\n\n\"take_all by caches, i686\"\n1 1.00\n"));
    if (std::system("gnuplot --version >/dev/null 2>&1") != 0) {
        CHECK_FALSE(draw_growth(folder.path.string()));
        std::puts("SKIP: gnuplot is not installed");
        return;
    }
    auto const drawn = draw_growth(folder.path.string());
    REQUIRE_MESSAGE(drawn.has_value(), drawn.error().message);
    std::string const picture = folder.text("growth.svg");
    for (char const* label : {"take_one, i686", "take_all, i686", "give, i686", ">blocks<",
                              ">caches<", "guest instructions per operation", "</svg>"})
        CHECK_MESSAGE(has(picture, label), label);
    CHECK(picture.find(">blocks<") == picture.rfind(">blocks<"));
}

TEST_CASE("growth: what cannot be written or drawn is said")
{
    CHECK_FALSE(write_growth("/proc/no/such", {}));
    Folder const folder;
    REQUIRE(write_growth(folder.path.string(), {}));
    std::ofstream(folder.path / "growth.gp") << "plot 'no such file'\n";
    CHECK_FALSE(draw_growth(folder.path.string()));
}
