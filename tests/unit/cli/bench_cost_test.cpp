#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "emu/cli/bench_cost.hpp"
#include "emu/cli/bench_growth.hpp"

using namespace pagelab::cli;

namespace {

std::vector<uint64_t> const kSizes = {1, 4, 16, 64, 256, 1024, 4096};

template<class F>
Growth growth_of(F const& cost)
{
    Growth growth{{"alloc", "blocks", "page0", "i686", kSizes}, {}, {}};
    for (uint64_t const size : kSizes)
        growth.counts.push_back(cost(static_cast<double>(size)));
    growth.fit = fit_logarithm(kSizes, growth.counts);
    return growth;
}

} // namespace

TEST_CASE("a cost meets its bar up to the bar itself")
{
    CostRow const row = {"alloc", "page0", 300, 699, 668};
    CHECK(Cost{row, "i686", 300}.meets_bar());
    CHECK(!Cost{row, "i686", 300.5}.meets_bar());
    CHECK(Cost{row, "i686", 300}.on_linux() == 668);
    CHECK(Cost{row, "x86_64", 300}.on_linux() == 699);
    CHECK(cost_line({row, "i686", 301}).find("MISSED") != std::string::npos);
}

TEST_CASE("constant and logarithmic costs fit; a square root and a line do not")
{
    auto const constant = growth_of([](double) { return 250.0; });
    CHECK(constant.is_at_most_logarithmic());
    CHECK(constant.fit.per_double == doctest::Approx(0));
    auto const logarithm = growth_of([](double n) { return 100 + 12 * std::log2(n); });
    CHECK(logarithm.is_at_most_logarithmic());
    CHECK(logarithm.fit.at_one == doctest::Approx(100));
    CHECK(logarithm.fit.per_double == doctest::Approx(12));
    CHECK(!growth_of([](double n) { return 100 + 5 * std::sqrt(n); }).is_at_most_logarithmic());
    CHECK(!growth_of([](double n) { return 100 + 0.02 * n; }).is_at_most_logarithmic());
    CHECK(growth_of([](double n) { return n == 16 ? 130.0 : 100.0; }).is_at_most_logarithmic());
}
