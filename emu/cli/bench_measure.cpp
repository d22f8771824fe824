// Command lines of both emulators, and what their runs are worth.
#include "emu/cli/bench_measure.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "emu/cli/bench_process.hpp"
#include "emu/cli/images.hpp"

namespace pagelab::cli {

namespace {

constexpr char kQemu[] = "qemu-system-x86_64";
constexpr char kPrompt[] = "/ # ";
constexpr char kMemory[] = "128M";

// A file for pagelab's --stats that goes with its name.
class StatisticsFile {
  public:
    StatisticsFile()
    {
        int const file = mkstemp(path_.data());
        if (file >= 0)
            close(file);
    }
    ~StatisticsFile() { unlink(path_.c_str()); }
    StatisticsFile(StatisticsFile const&) = delete;
    StatisticsFile& operator=(StatisticsFile const&) = delete;

    std::string const& path() const { return path_; }
    double read(char const* key) const
    {
        std::ifstream in(path_);
        auto const json = nlohmann::json::parse(in, nullptr, false);
        return json.is_object() ? json.value(key, 0.0) : 0.0;
    }

  private:
    std::string path_ = std::filesystem::temp_directory_path() / "pagelab-bench-XXXXXX";
};

std::vector<std::string> command(Emulator emulator, std::string_view arch,
                                 std::string const& command_line,
                                 std::string const& memory = kMemory)
{
    std::string const image = kernel_path(arch).string();
    if (emulator == Emulator::Pagelab)
        return {"/proc/self/exe", "boot", image, "--mem", memory, "--append", command_line};
    return {kQemu,     "-accel",
            "tcg",     "-cpu",
            "max",     "-M",
            "pc",      "-m",
            memory,    "-display",
            "none",    "-vga",
            "none",    "-nic",
            "none",    "-serial",
            "stdio",   "-monitor",
            "none",    "-no-reboot",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-kernel", image,
            "-append", command_line};
}

struct LoopRun {
    double cpu_seconds = 0;
    double instructions = 0;
    double blocks = 0;
};

Result<LoopRun> run_loop(Side const& side, std::string_view arch, uint64_t rounds,
                         std::string const& memory = kMemory)
{
    StatisticsFile const statistics;
    ProcessRequest request;
    request.words = command(
        side.emulator, arch,
        fmt::format("quiet bench={} bench_n={} {}", side.loop, rounds, side.options), memory);
    if (side.emulator == Emulator::Pagelab)
        request.words.insert(request.words.end(), {"--stats", statistics.path()});
    ProcessUsage const usage = TRY(run_process(request));
    if (!usage.output.contains(fmt::format("bench {}: n={} ", side.loop, rounds)))
        return fail("{} did not finish the loop '{}': {}", request.words[0], side.loop,
                    usage.output);
    return LoopRun{usage.cpu_seconds, statistics.read("instructions"), statistics.read("blocks")};
}

Result<Measurement> measure_loop(Side const& side, std::string_view arch, uint64_t rounds,
                                 uint64_t operations)
{
    LoopRun const once = TRY(run_loop(side, arch, 1));
    LoopRun const all = TRY(run_loop(side, arch, rounds));
    auto const count = static_cast<double>((rounds - 1) * operations);
    return Measurement{all.cpu_seconds - once.cpu_seconds,
                       (all.instructions - once.instructions) / count,
                       (all.blocks - once.blocks) / count};
}

} // namespace

Result<std::string> qemu_version()
{
    auto const usage = run_process({{kQemu, "--version"}, {}});
    if (!usage)
        return fail("bench needs {} to compare with (Debian package qemu-system-x86)", kQemu);
    return usage->output.substr(0, usage->output.find('\n'));
}

Result<Measurement> measure(Benchmark const& benchmark, Side const& side)
{
    if (benchmark.measure == Measure::Loop)
        return measure_loop(side, benchmark.arch, benchmark.rounds, benchmark.operations);
    ProcessRequest request;
    request.words = command(side.emulator, benchmark.arch, "");
    request.script = {{kPrompt, "cat /proc/buddyinfo\n"}, {"Node 0, zone", ""}, {kPrompt, ""}};
    ProcessUsage const usage = TRY(run_process(request));
    return Measurement{benchmark.measure == Measure::PeakMemory ? usage.peak_kib
                                                                : usage.wall_seconds};
}

Result<double> measure_operation(SelfBenchmark const& benchmark, std::string_view arch)
{
    Measurement const all = TRY(measure_loop({Emulator::Pagelab, benchmark.loop}, arch,
                                             benchmark.rounds, benchmark.operations));
    return all.value / static_cast<double>(benchmark.rounds * benchmark.operations);
}

Result<double> count_instructions(CountedLoop const& loop, uint64_t rounds)
{
    constexpr uint64_t kWarm = 100; // rounds until every list has what it holds
    Side const side = {Emulator::Pagelab, loop.loop, loop.options};
    LoopRun const warm = TRY(run_loop(side, loop.arch, kWarm, loop.memory));
    LoopRun const all = TRY(run_loop(side, loop.arch, kWarm + rounds, loop.memory));
    return (all.instructions - warm.instructions) / static_cast<double>(rounds);
}

} // namespace pagelab::cli
