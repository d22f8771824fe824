// The program itself, run twice: once for the compiler, once for the guest.
#include "emu/cli/bench_module.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "emu/cli/bench_process.hpp"

namespace pagelab::cli {

namespace {

namespace fs = std::filesystem;

constexpr char kSource[] = "#include <linux/module.h>\n"
                           "static int __init timed_init(void)\n"
                           "{\n"
                           "\tpr_info(\"first line\\n\");\n"
                           "\treturn 0;\n"
                           "}\n"
                           "static void __exit timed_exit(void) {}\n"
                           "module_init(timed_init);\n"
                           "module_exit(timed_exit);\n"
                           "MODULE_LICENSE(\"GPL\");\n";

Result<double> build_and_load(fs::path const& folder, std::string const& arch)
{
    std::string const module = folder / "timed.ko";
    fs::remove(module);
    auto const built = TRY(run_process(
        {{"/proc/self/exe", "module", "build", folder / "timed.c", "--arch", arch, "-o", module},
         {}}));
    if (!fs::exists(module))
        return fail("the module was not built: {}", built.output);
    auto const loaded = TRY(run_process(
        {{"/proc/self/exe", "boot", "--arch", arch, "--module", module}, {{"first line", ""}}}));
    return (built.wall_seconds + loaded.wall_seconds) * 1e3;
}

} // namespace

Result<std::vector<double>> time_module(std::string_view arch, unsigned runs)
{
    std::string folder = (fs::temp_directory_path() / "pagelab-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
        return fail("cannot make a folder in '{}': {}", fs::temp_directory_path().string(),
                    std::strerror(errno));
    std::ofstream(fs::path(folder) / "timed.c") << kSource;
    std::vector<double> milliseconds;
    Result<> done;
    for (unsigned run = 0; run < runs && done; ++run) {
        auto const one = build_and_load(folder, std::string(arch));
        if (one)
            milliseconds.push_back(*one);
        else
            done = std::unexpected(one.error());
    }
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    if (!done)
        return std::unexpected(done.error());
    return milliseconds;
}

} // namespace pagelab::cli
