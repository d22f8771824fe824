// Median, minimum, maximum.
#include "emu/cli/bench_statistics.hpp"

#include <algorithm>
#include <limits>

#include "emu/base/check.hpp"

namespace pagelab::cli {

Spread spread(std::span<double const> values)
{
    if (values.empty())
        return {};
    std::vector<double> sorted(values.begin(), values.end());
    std::ranges::sort(sorted);
    size_t const middle = sorted.size() / 2;
    double const median =
        sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return {median, sorted.front(), sorted.back()};
}

std::vector<double> ratios(std::span<double const> subject, std::span<double const> reference)
{
    ENSURE(subject.size() == reference.size(), "{} and {} measurements", subject.size(),
           reference.size());
    std::vector<double> result;
    for (size_t i = 0; i < subject.size(); ++i)
        result.push_back(reference[i] > 0 ? subject[i] / reference[i]
                                          : std::numeric_limits<double>::infinity());
    return result;
}

} // namespace pagelab::cli
