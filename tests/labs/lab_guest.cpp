// Modules are lent to the guest as `pagelab boot --file` lends them.
#include "tests/labs/lab_guest.hpp"

#include <algorithm>
#include <regex>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "emu/cli/images.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/vmap.hpp"
#include "tests/session/program.hpp"

namespace pagelab::labs {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kSlobHeader = 8;         // bytes before what kmalloc gives
constexpr uint64_t kMemory = 1200ull << 20; // i686 has high memory then

template<class T>
T required(Result<T> result)
{
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return std::move(*result);
}

std::vector<fs::path> build_labs(std::string const& arch)
{
    fs::path const folder = session::built("tests/labs") / arch;
    fs::remove_all(folder);
    for (char const* labs : {"images/labs", "tests/labs/students"})
        fs::copy(fs::path(PAGELAB_SOURCE_DIR) / labs, folder,
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    std::string const linux_arch = arch == "i686" ? "i386" : arch;
    std::vector<fs::path> modules;
    for (auto const& lab : fs::directory_iterator(folder)) {
        if (!lab.is_directory())
            continue;
        auto const run =
            session::run_program({"module", "build", lab.path().string(), "--arch", linux_arch});
        INFO(run.out, run.err);
        REQUIRE(run.status == 0);
        CHECK((run.out + run.err).find("warning") == std::string::npos);
        for (auto const& file : fs::directory_iterator(lab))
            if (file.path().extension() == ".ko")
                modules.push_back(file.path());
    }
    return modules;
}

std::unique_ptr<cli::BootSetup> make_setup(Setting const& setting)
{
    auto setup = session::make_setup(session::kernel_image(setting.arch), kMemory,
                                     "quiet slab_allocator=" + setting.allocator);
    setup->config.cpus = setting.cpus;
    setup->config.seed = setting.seed;
    for (fs::path const& module : built_labs(setting.arch))
        REQUIRE(cli::lend_file(module, *setup));
    return setup;
}

// Of areas that wait for the next purge, and of the gaps between areas: how many there are depends
// on where areas were.
uint64_t idle_descriptors(guest::VmapReport const& report)
{
    uint64_t idle = 0;
    std::map<VirtAddr, VirtAddr> taken;
    for (auto const& area : report.areas) {
        idle += area.is_lazy ? 1 : 0;
        if (area.start >= report.window_start && area.start < report.window_end)
            taken[area.start] = area.end;
    }
    VirtAddr free = report.window_start;
    for (auto const& [start, end] : taken) {
        idle += start > free ? 1 : 0;
        free = end;
    }
    return idle + (report.window_end > free ? 1 : 0);
}

} // namespace

std::vector<fs::path> const& built_labs(std::string const& arch)
{
    static std::map<std::string, std::vector<fs::path>> built;
    if (!built.contains(arch))
        built[arch] = build_labs(arch);
    return built[arch];
}

fs::path built_lab(std::string const& arch, std::string const& module)
{
    auto const& all = built_labs(arch);
    auto const found =
        std::ranges::find_if(all, [&](fs::path const& p) { return p.stem() == module; });
    REQUIRE(found != all.end());
    return *found;
}

std::ostream& operator<<(std::ostream& out, Stock const& stock)
{
    out << stock.pages << " pages, " << stock.areas << " areas";
    for (auto const& [name, count] : stock.objects)
        if (count != 0)
            out << ", " << count << ' ' << name;
    return out;
}

// On every CPU the first periodic work makes a worker; wait for them all.
LabGuest::LabGuest(Setting const& setting) : guest_(make_setup(setting))
{
    if (setting.cpus > 1)
        guest_.ask("sleep 10");
}

std::vector<std::string> LabGuest::take_log()
{
    static std::regex const kLine(R"(\[ *\d+\.\d{6}\] (.*))");
    std::vector<std::string> lines;
    std::smatch match;
    std::istringstream text(guest_.ask("dmesg -c"));
    for (std::string line; std::getline(text, line);) {
        REQUIRE(std::regex_match(line, match, kLine));
        lines.push_back(match[1]);
    }
    return lines;
}

Stock LabGuest::take_stock()
{
    guest_.ask("sleep 2");
    cli::HostView const view(guest_.machine(), guest_.types());
    Stock stock;
    for (auto const& zone : required(guest::read_buddy(view.kernel())).zones)
        stock.pages += zone.listed_pages();
    for (auto const& kept : required(guest::read_pcp(view.kernel())).sets)
        stock.pages += kept.listed;
    auto const vmap = required(guest::read_vmap(view.kernel()));
    for (auto const& area : vmap.areas)
        stock.areas += area.is_lazy ? 0 : 1;
    uint64_t const idle = idle_descriptors(vmap);
    uint64_t const descriptor = required(guest_.types().size_of("vmap_area"));
    auto const slabs = required(guest::read_slabs(view.kernel()));
    for (guest::Damage const& damage : slabs.damage)
        FAIL_CHECK(guest::to_string(damage));
    if (slabs.heap) {
        stock.pages += slabs.heap->scanned_pages;
        stock.objects["bytes"] = slabs.heap->scanned_pages * kPageSize - slabs.heap->free_bytes -
                                 idle * (descriptor + kSlobHeader);
        return stock;
    }
    for (guest::SlabCache const& cache : slabs.caches) {
        stock.pages += cache.scanned_slabs << cache.order;
        stock.objects[cache.name] += cache.in_use();
    }
    stock.objects[descriptor > 64 ? "kmalloc-96" : "kmalloc-64"] -= idle;
    return stock;
}

void check_nothing_is_lost(LabGuest& guest, std::function<void()> const& run)
{
    constexpr unsigned kMostRuns = 5;
    Stock before;
    Stock after = guest.take_stock();
    for (unsigned i = 0; i < kMostRuns && after != before; i++) {
        before = after;
        run();
        after = guest.take_stock();
    }
    CHECK(after == before);
}

} // namespace pagelab::labs
