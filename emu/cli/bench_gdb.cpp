// gdb starts QEMU at the other end of a pipe, lets the guest come up to its console, and walks.
#include "emu/cli/bench_gdb.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "emu/cli/bench_process.hpp"
#include "emu/cli/images.hpp"

namespace pagelab::cli {

namespace {

constexpr char kWalk[] = R"(import gdb, time
name = 'pagelab::kernel::(anonymous namespace)::contig_page_data'
for run in range({}):
    start = time.perf_counter()
    zones = gdb.lookup_symbol(name)[0].value()['node_zones']
    blocks = 0
    for z in range(zones.type.range()[1] + 1):
        areas = zones[z]['free_area']
        for order in range(areas.type.range()[1] + 1):
            lists = areas[order]['free_list']
            for kind in range(lists.type.range()[1] + 1):
                head = lists[kind].address
                node = lists[kind]['next']
                while node != head:
                    blocks += 1
                    node = node['next']
    print('walked %d blocks: %.3f' % (blocks, (time.perf_counter() - start) * 1e3))
)";

constexpr char kQemu[] = "target remote | exec qemu-system-x86_64 -accel tcg -cpu max -M pc -m 4G "
                         "-display none -vga none -nic none -serial none -monitor none -no-reboot "
                         "-gdb stdio -S -append quiet -kernel ";

class ScriptFile {
  public:
    explicit ScriptFile(std::string const& text)
        : path_(std::filesystem::temp_directory_path() /
                fmt::format("pagelab-bench-{}.py", getpid()))
    {
        std::ofstream(path_) << text;
    }
    ~ScriptFile()
    {
        std::error_code status;
        std::filesystem::remove(path_, status);
    }
    ScriptFile(ScriptFile const&) = delete;
    ScriptFile& operator=(ScriptFile const&) = delete;

    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

} // namespace

Result<std::vector<double>> time_gdb_walk(unsigned runs)
{
    ScriptFile const script(fmt::format(kWalk, runs));
    std::string const image = kernel_path("x86_64").string();
    ProcessRequest request;
    request.words = {
        "gdb", "-batch",          "-nx", image,         "-ex", "set pagination off",
        "-ex", "set confirm off", "-ex", kQemu + image, "-ex", "hbreak console_read_line",
        "-ex", "continue",        "-x",  script.path(), "-ex", "kill"};
    std::string const output = TRY(run_process(request)).output;
    std::vector<double> milliseconds;
    constexpr std::string_view kMark = " blocks: ";
    for (size_t at = output.find(kMark); at != output.npos; at = output.find(kMark, at + 1)) {
        double value = 0;
        char const* const text = output.data() + at + kMark.size();
        if (std::from_chars(text, output.data() + output.size(), value).ec == std::errc())
            milliseconds.push_back(value);
    }
    if (milliseconds.size() != runs)
        return fail("gdb over QEMU's stub did not walk: {}", output);
    return milliseconds;
}

} // namespace pagelab::cli
