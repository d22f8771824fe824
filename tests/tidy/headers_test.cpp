// Every header compiles alone: host headers by the host compiler, guest headers by clang for both
// guests (a header under x86_32/ or x86_64/ for its own), which also runs their static_asserts.
// A host header whose own source includes it first (a rule) is compiled alone by the build itself.
#include "tests/tidy/compile_alone.hpp"
#include "tests/tidy/source_tree.hpp"

#include <doctest/doctest.h>

using namespace pagelab::tidy;
namespace fs = std::filesystem;

namespace {

std::string const kGuestFlags = PAGELAB_GUEST_CXX
    " -std=c++20 -ffreestanding -fno-exceptions -fno-rtti -Wall -Werror --target=";
// What modules include: in both languages, and with more warnings than students ask for.
std::string const kModuleFlags =
    PAGELAB_GUEST_CXX " -ffreestanding -nostdinc -Iguestkernel/include -DMODULE -D__KERNEL__ "
                      "-DKBUILD_MODNAME='\"alone\"' -Wall -Wextra -Werror ";
std::string const kHostFlags =
    PAGELAB_HOST_CXX " -std=gnu++23 -Wall -Werror " PAGELAB_HOST_INCLUDES;

std::vector<HeaderJob> jobs_for(SourceTree const& tree)
{
    std::vector<HeaderJob> jobs;
    for (auto const& file : tree) {
        if (!file.is_header() || file.is_under("images"))
            continue;
        if (file.is_under("guestkernel/include")) {
            for (std::string const target : {"i686", "x86_64"}) {
                auto const flags = kModuleFlags + "--target=" + target + "-elf -std=";
                jobs.push_back({file.path, flags + "gnu11", target + "-c", "c"});
                jobs.push_back({file.path, flags + "gnu++20", target + "-c++", "c++"});
            }
            continue;
        }
        if (!file.is_under("guestkernel") && !file.is_under("firmware")) {
            if (find_file(tree, file.path.substr(0, file.path.rfind('.')) + ".cpp") == nullptr)
                jobs.push_back({file.path, kHostFlags, "host"});
            continue;
        }
        auto const is_for = [&](char const* part) {
            return file.path.find(part) != file.path.npos;
        };
        if (!is_for("/x86_64/"))
            jobs.push_back({file.path, kGuestFlags + "i686-elf", "i686"});
        if (!is_for("/x86_32/") && !is_for("/i686/") && !file.is_under("firmware"))
            jobs.push_back({file.path, kGuestFlags + "x86_64-elf", "x86_64"});
    }
    return jobs;
}

} // namespace

TEST_CASE("every header compiles alone")
{
    fs::path const root = PAGELAB_SOURCE_DIR;
    auto const failures = compile_alone(jobs_for(read_source_tree(root)), root,
                                        fs::path(PAGELAB_BUILD_DIR) / "tests/headers");
    for (auto const& failure : failures)
        FAIL_CHECK(failure.label << ": " << failure.header << "\n" << failure.output);
}

TEST_CASE("a header that needs another is found, and found again after it was once right")
{
    auto const root = fs::path(PAGELAB_BUILD_DIR) / "tests/headers/self_test";
    fs::remove_all(root);
    fs::create_directories(root);
    auto const write = [&](char const* text) {
        auto* const file = std::fopen((root / "needy.hpp").c_str(), "w");
        REQUIRE(file != nullptr);
        std::fputs(text, file);
        std::fclose(file);
    };
    std::vector<HeaderJob> const jobs = {{"needy.hpp", kGuestFlags + "i686-elf", "i686"}};
    write("uint64_t value;\n");
    CHECK(compile_alone(jobs, root, root).size() == 1);
    write("#include <stdint.h>\ninline uint64_t value;\n");
    CHECK(compile_alone(jobs, root, root).empty());
    CHECK(compile_alone(jobs, root, root).empty()); // from the cache
    write("uint64_t value;\n");
    CHECK(compile_alone(jobs, root, root).size() == 1);
}
