// The table, with Linux' figures.
#include "emu/cli/bench_cost.hpp"

#include <fmt/format.h>

#include "emu/cli/bench_measure.hpp"

namespace pagelab::cli {

namespace {

constexpr uint64_t kRounds = 2000;

// Operation, loop, bar; then Linux on amd64 and on 686-pae. Its order 4 bypasses the per-CPU lists,
// and on amd64 it has no high pages. Its threads were not counted: 0.
constexpr CostRow kRows[] = {
    {"kmalloc(64)+kfree", "kmalloc", 120, 238, 207},
    {"kmem_cache_alloc+free", "kmem_cache", 100, 220, 178},
    {"alloc_pages(0)+free", "page0", 300, 699, 668},
    {"alloc_pages(3)+free", "page3", 400, 887, 878},
    {"alloc_pages(4)+free (buddy)", "page4", 800, 1743, 1469},
    {"vmalloc(64K)+vfree", "vmalloc", 5000, 10430, 9804},
    {"kmap+kunmap, high page", "kmap", 160, 23, 321},
    {"schedule() to a thread and back", "switch", 400, 0, 0},
};

} // namespace

std::span<CostRow const> cost_rows()
{
    return kRows;
}

Result<Cost> measure_cost(CostRow const& row, std::string_view arch)
{
    CountedLoop loop = {.loop = row.loop, .arch = arch};
    loop.memory = arch == "i686" ? "2G" : "256M"; // as Linux had
    return Cost{row, arch, TRY(count_instructions(loop, kRounds))};
}

std::string cost_header()
{
    return fmt::format("{:<31} {:<7} {:>12} {:>9} {:>7} {:>5}\n", "guest instructions for",
                       "kernel", "pagelab", "Linux 6.1", "bar", "");
}

std::string cost_line(Cost const& cost)
{
    std::string const on_linux = cost.on_linux() == 0 ? "-" : fmt::format("{}", cost.on_linux());
    return fmt::format("{:<31} {:<7} {:>12.1f} {:>9} {:>7.0f}  {}\n", cost.row.operation, cost.arch,
                       cost.instructions, on_linux, cost.row.bar,
                       cost.meets_bar() ? "met" : "MISSED");
}

nlohmann::json to_json(Cost const& cost)
{
    return {{"operation", cost.row.operation},
            {"arch", cost.arch},
            {"instructions", cost.instructions},
            {"linux", cost.on_linux()},
            {"bar", cost.row.bar},
            {"met", cost.meets_bar()}};
}

} // namespace pagelab::cli
