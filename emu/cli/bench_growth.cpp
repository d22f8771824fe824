// Series, and least squares.
#include "emu/cli/bench_growth.hpp"

#include <algorithm>
#include <cmath>

#include "emu/base/check.hpp"

namespace pagelab::cli {

namespace {

constexpr uint64_t kRounds = 1000;

Result<double> count_at(GrowthSeries const& series, uint64_t size)
{
    CountedLoop loop = {.loop = series.loop, .arch = series.arch, .memory = "512M"};
    if (series.of == GrowthSeries::Of::MemoryMib)
        loop.memory = fmt::format("{}M", size);
    else
        loop.options = fmt::format("bench_load={}", size);
    return count_instructions(loop, kRounds);
}

} // namespace

std::vector<GrowthSeries> growth_series()
{
    using Of = GrowthSeries::Of;
    std::vector<uint64_t> const blocks = {1, 4, 16, 64, 256, 1024, 4096, 16384};
    std::vector<uint64_t> const mebibytes = {64, 128, 256, 512, 1024, 2048, 4096};
    std::vector<uint64_t> const caches = {1, 4, 16, 64, 256, 1024};
    std::vector<uint64_t> const areas = {1, 4, 16, 64, 256, 1024, 4096};
    std::vector<GrowthSeries> all;
    for (std::string_view const arch : {"x86_64", "i686"}) {
        all.push_back({"kmalloc(64)+kfree", "caches", "kmalloc", arch, caches});
        all.push_back({"kmem_cache_alloc+free", "caches", "kmem_cache", arch, caches});
        all.push_back({"vmalloc(64K)+vfree", "areas", "vmalloc", arch, areas});
        all.push_back({"alloc_pages(0)+free", "free blocks", "page0", arch, blocks});
        all.push_back({"alloc_pages(4)+free", "free blocks", "page4", arch, blocks});
        all.push_back(
            {"alloc_pages(0)+free", "MiB of RAM", "page0", arch, mebibytes, Of::MemoryMib});
        all.push_back(
            {"alloc_pages(4)+free", "MiB of RAM", "page4", arch, mebibytes, Of::MemoryMib});
    }
    return all;
}

LogarithmicFit fit_logarithm(std::vector<uint64_t> const& sizes, std::vector<double> const& counts)
{
    ENSURE(sizes.size() == counts.size() && !sizes.empty(), "{} sizes", sizes.size());
    auto const n = static_cast<double>(sizes.size());
    double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
        double const x = std::log2(static_cast<double>(sizes[i]));
        sum_x += x;
        sum_y += counts[i];
        sum_xx += x * x;
        sum_xy += x * counts[i];
    }
    double const spread = n * sum_xx - sum_x * sum_x;
    LogarithmicFit fit;
    fit.per_double = spread > 0 ? (n * sum_xy - sum_x * sum_y) / spread : 0;
    fit.at_one = (sum_y - fit.per_double * sum_x) / n;
    double const line = fit.at_one + fit.per_double * std::log2(static_cast<double>(sizes.back()));
    fit.excess = (counts.back() - line) / (sum_y / n);
    return fit;
}

std::string GrowthSeries::title() const
{
    return fmt::format("{} by {}, {}", operation, axis, arch);
}

Result<Growth> measure_growth(GrowthSeries const& series)
{
    Growth growth{series, {}, {}};
    for (uint64_t const size : series.sizes)
        growth.counts.push_back(TRY(count_at(series, size)));
    growth.fit = fit_logarithm(series.sizes, growth.counts);
    return growth;
}

std::string growth_lines(Growth const& growth)
{
    std::string text = growth.series.title() + "\n ";
    for (uint64_t const size : growth.series.sizes)
        text += fmt::format(" {:>9}", size);
    text += "\n ";
    for (double const count : growth.counts)
        text += fmt::format(" {:>9.1f}", count);
    text += fmt::format("\n  {:.1f} {:+.2f} * log2(size), last point {:+.1f} %: {}\n",
                        growth.fit.at_one, growth.fit.per_double, growth.fit.excess * 100,
                        growth.is_at_most_logarithmic() ? "met" : "MISSED");
    return text;
}

} // namespace pagelab::cli
