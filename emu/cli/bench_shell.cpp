// Memories made by hand: 1 GiB mapped page by page, 1 GiB of bytes; and a busy guest.
#include "emu/cli/bench_shell.hpp"

#include <filesystem>

#include "emu/cli/bench_clock.hpp"
#include "emu/cli/bench_gdb.hpp"
#include "emu/cli/bench_guest.hpp"
#include "emu/mmu/page_tables.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::cli {

namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kRoot = 0x100'0000; // page tables: PML4, PDPT, PD, 512 PTs

Result<mem::PhysicalMemory> make_memory(uint64_t size)
{
    std::vector<std::byte> const rom(64 << 10);
    return mem::PhysicalMemory::create(size, rom);
}

void put(mem::PhysicalMemory& memory, uint64_t address, uint64_t value)
{
    memory.write(PhysAddr(address), std::as_bytes(std::span(&value, 1)));
}

cpu::CpuState long_mode_state()
{
    cpu::CpuState state;
    state.cr0 = x86::cr0::Paging::mask | x86::cr0::ProtectionEnable::mask;
    state.cr3 = kRoot;
    state.cr4 = x86::cr4::PhysicalAddressExtension::mask;
    state.efer = x86::efer::LongModeEnable::mask | x86::efer::LongModeActive::mask |
                 x86::efer::NoExecuteEnable::mask;
    return state;
}

// stride: from a page's frame to the next's, in pages, modulo 1 GiB; odd.
Result<std::vector<double>> dump_tables(unsigned runs, uint64_t stride)
{
    constexpr uint64_t kPages = kGiB / kPageSize;
    auto memory = TRY(make_memory(32 << 20));
    put(memory, kRoot, (kRoot + 0x1000) | 0x67);
    put(memory, kRoot + 0x1000, (kRoot + 0x2000) | 0x67);
    for (uint64_t table = 0; table < 512; ++table)
        put(memory, kRoot + 0x2000 + table * 8, (kRoot + 0x3000 + table * kPageSize) | 0x67);
    for (uint64_t page = 0; page < kPages; ++page)
        put(memory, kRoot + 0x3000 + page * 8, (page * stride % kPages) << 12 | 0x63);
    mmu::Context const context = cpu::paging_context(long_mode_state());
    return time_each(runs, [&]() -> Result<> {
        uint64_t pages = 0;
        mmu::read_page_tables(context, memory, {}, [&](mmu::PageRun const& run) {
            pages += run.pages;
            return true;
        });
        return pages == kPages ? Result<>() : fail("{} pages found, not {}", pages, kPages);
    });
}

Result<std::vector<double>> search_memory(unsigned runs, std::string_view line)
{
    auto memory = TRY(make_memory(kGiB));
    uint64_t word = 0x9e37'79b9'7f4a'7c15; // SplitMix64's increments: no zero pages, few matches
    for (mem::Region const& region : memory.regions()) {
        if (region.kind != mem::Region::Kind::Ram)
            continue;
        for (uint64_t at = 0; at < region.size; at += sizeof word) {
            std::memcpy(region.host + at, &word, sizeof word);
            word += 0x9e37'79b9'7f4a'7c15;
        }
    }
    shell::Target target(memory, {long_mode_state()}, {});
    shell::Session session(target, nullptr, stdout);
    return time_each(runs, [&]() -> Result<> {
        TRY(session.read(line));
        return {};
    });
}

std::string html_file()
{
    return (std::filesystem::temp_directory_path() / "pagelab-bench.html").string();
}

constexpr ShellBenchmark kBenchmarks[] = {
    {"page tables, 1 GiB by 4 KiB, in a row", 5,
     [](unsigned runs) { return dump_tables(runs, 1); }},
    {"page tables, 1 GiB by 4 KiB, scattered", 5,
     [](unsigned runs) { return dump_tables(runs, 0x9e37); }},
    {"search of 1 GiB, a word", 200,
     [](unsigned runs) { return search_memory(runs, "find -p 0x1234567890abcdef"); }},
    {"search of 1 GiB, a text", 200,
     [](unsigned runs) { return search_memory(runs, "find -p -s 'Linux version'"); }},
    {"search of 1 GiB, pointers to an object", 200,
     [](unsigned runs) { return search_memory(runs, "find -p --refs 0xffff888000100000 64"); }},
    {"buddy, 4 GiB", 20, [](unsigned runs) { return time_command("buddy", Index::Made, runs); }},
    {"the same lists by gdb over QEMU's stub", 0, time_gdb_walk},
    {"slab, 4 GiB", 20, [](unsigned runs) { return time_command("slab", Index::Made, runs); }},
    {"zones, 4 GiB", 20, [](unsigned runs) { return time_command("zones", Index::Made, runs); }},
    {"vmalloc, 4 GiB", 20,
     [](unsigned runs) { return time_command("vmalloc", Index::Made, runs); }},
    {"what, indexed", 1,
     [](unsigned runs) { return time_command("what $rsp", Index::Kept, runs); }},
    {"map to an HTML file, 4 GiB", 1000,
     [](unsigned runs) { return time_command("map " + html_file(), Index::Made, runs); }},
};

} // namespace

std::span<ShellBenchmark const> shell_benchmarks()
{
    return kBenchmarks;
}

bool meets_bar(ShellBenchmark const& benchmark, Spread const& milliseconds)
{
    return benchmark.bar == 0 || milliseconds.median <= benchmark.bar;
}

std::string shell_header()
{
    return fmt::format("{:<40} {:>9} {:>9} {:>9} {:>7}\n", "ms of CPU time for one", "median",
                       "min", "max", "bar");
}

std::string shell_line(ShellBenchmark const& benchmark, Spread const& milliseconds)
{
    std::string const line = fmt::format("{:<40} {:>9.2f} {:>9.2f} {:>9.2f}", benchmark.operation,
                                         milliseconds.median, milliseconds.min, milliseconds.max);
    if (benchmark.bar == 0)
        return line + "       -\n";
    return line + fmt::format(" {:>7.0f}  {}\n", benchmark.bar,
                              meets_bar(benchmark, milliseconds) ? "met" : "MISSED");
}

nlohmann::json to_json(ShellBenchmark const& benchmark, Spread const& milliseconds)
{
    return {{"operation", benchmark.operation},
            {"bar_ms", benchmark.bar},
            {"median_ms", milliseconds.median},
            {"met", meets_bar(benchmark, milliseconds)}};
}

} // namespace pagelab::cli
