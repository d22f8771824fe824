// The tables.
#include "emu/cli/bench_table.hpp"

namespace pagelab::cli {

namespace {

constexpr std::string_view kArchs[] = {"x86_64", "i686"};
constexpr uint64_t kStores = 256; // in a round of nx and of rwx

struct GuestLoop {
    std::string_view name;
    uint64_t rounds; // half a second of pagelab's, or more
    uint64_t operations;
};

constexpr GuestLoop kLoops[] = {
    {"list", 50'000'000, 1},     // a node moved
    {"memset", 80'000, 65'536},  // a byte
    {"stride", 3'000, 4096},     // a page touched
    {"arith", 800'000, 256},     // a step
    {"exception", 1'800'000, 1}, // a breakpoint
    {"pagefault", 1'500'000, 1}, // a page fault
};

constexpr SelfBenchmark kSelf[] = {
    {"breakpoint taken and returned from", "exception", 600'000, 1},
    {"page fault taken and returned from", "pagefault", 600'000, 1},
    {"byte to a port", "port", 1'000'000, 1},
    {"store that misses the TLB", "stride", 600, 4096},
    {"store that hits the TLB", "nx", 400'000, 256},
    {"block of two instructions", "block", 200'000, 256},
};

} // namespace

std::vector<Benchmark> benchmarks()
{
    Side const pagelab = {Emulator::Pagelab}, qemu = {Emulator::Qemu};
    std::vector<Benchmark> all = {
        {"first-report", Measure::FirstReport, "x86_64", pagelab, qemu, 1, 1, 0.25},
        {"peak-memory", Measure::PeakMemory, "x86_64", pagelab, qemu, 1, 1, 0.5},
    };
    for (auto const& [name, rounds, operations] : kLoops)
        for (auto const arch : kArchs)
            all.push_back({std::string(name) + "/" + std::string(arch),
                           Measure::Loop,
                           arch,
                           {Emulator::Pagelab, name},
                           {Emulator::Qemu, name},
                           rounds,
                           operations,
                           1});
    for (auto const arch : kArchs)
        all.push_back({"rwx/" + std::string(arch),
                       Measure::Loop,
                       arch,
                       {Emulator::Pagelab, "rwx", "noexec=off"},
                       {Emulator::Pagelab, "nx"},
                       2'000'000,
                       kStores,
                       3});
    return all;
}

std::span<SelfBenchmark const> self_benchmarks()
{
    return kSelf;
}

bool is_chosen(std::string_view name, std::string_view only)
{
    return only.empty() || name == only || name.substr(0, name.find('/')) == only;
}

} // namespace pagelab::cli
