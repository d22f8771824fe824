// Median and range of a few measurements, and of the ratios of measurements taken in pairs.
#pragma once

#include <span>
#include <vector>

namespace pagelab::cli {

struct Spread {
    double median = 0; // the mean of the two in the middle, when they are even in number
    double min = 0;
    double max = 0;
};

// Of no values: all zeros.
Spread spread(std::span<double const> values);

// subject[i] / reference[i]; both are equally long. Infinite where the reference is not above 0.
std::vector<double> ratios(std::span<double const> subject, std::span<double const> reference);

} // namespace pagelab::cli
