// What a newcomer sees first: the demo's reports, and a short session as it was when blessed.
#include <cstdlib>
#include <fstream>
#include <regex>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab::session;

namespace {

constexpr char kGolden[] = PAGELAB_SOURCE_DIR "/tests/session/golden/";

// With PAGELAB_BLESS set, `text` becomes what is compared with from now on.
void check_golden(std::string const& name, std::string const& text)
{
    if (std::getenv("PAGELAB_BLESS") != nullptr)
        std::ofstream(kGolden + name) << text;
    CHECK(text == read_text(kGolden + name));
}

// The size of our kernel decides where its parts lie and how many blocks are free: no news.
std::string without_kernel_size(std::string const& session)
{
    static std::regex const kParts("  [0-9a-f]{8}-[0-9a-f]{8} : Kernel");
    static std::regex const kCounts(" {1,5}[0-9]+ (?=[ 0-9]*\n)");
    std::string text;
    for (auto const& line : lines_of(session)) {
        auto const shown = std::regex_replace(line + "\n", kParts, "  ........-........ : Kernel");
        text += line.starts_with("Node") ? std::regex_replace(shown, kCounts, "     . ") : shown;
    }
    return text;
}

} // namespace

TEST_CASE("the demo shows both kernels, and the host agrees with each")
{
    auto const run = run_program({"demo"});
    CHECK(run.status == 0);
    CHECK(run.err == "");
    size_t const second = run.out.find("\n=== i686 with 2G of RAM");
    REQUIRE(second != std::string::npos);
    struct {
        std::string text;
        std::vector<char const*> zones;
    } const halves[] = {{run.out.substr(0, second), {"DMA", "DMA32"}},
                        {run.out.substr(second), {"DMA", "Normal", "HighMem"}}};
    for (auto const& [text, zones] : halves) {
        CAPTURE(text);
        CHECK(e820_of(text).size() == 7);
        CHECK(text.contains("Zone ranges:\n"));
        CHECK(iomem_ranges(answer_to(text, "cat /proc/iomem"), "System RAM").size() == 2);
        auto const buddyinfo = answer_to(text, "cat /proc/buddyinfo");
        CHECK(lines_of(buddyinfo).size() == zones.size());
        for (auto const& line : lines_of(buddyinfo))
            CHECK(line.size() == std::string("Node 0, zone   Normal ").size() + 11 * 7);
        auto const reports = zones_of(answer_to(text, "cat /proc/zoneinfo"));
        REQUIRE(reports.size() == zones.size());
        uint64_t free = 0;
        for (size_t i = 0; i < zones.size(); i++) {
            CHECK(reports[i].name == zones[i]);
            free += reports[i].free;
        }
        CHECK(text.contains("free lists walked\n" + buddyinfo));
        CHECK(text.contains("from every struct page\n" + buddyinfo));
        CHECK(text.ends_with("--- guest and host agree: the host counts " + std::to_string(free) +
                             " free pages\n"));
    }
}

TEST_CASE("a session with 128 MiB, as it was")
{
    auto const run =
        run_program({"boot", "--exec", "cat /proc/iomem", "--exec", "cat /proc/buddyinfo"});
    CHECK(run.status == 0);
    size_t const prompt = run.out.find("/ # ");
    REQUIRE(prompt != std::string::npos);
    check_golden("session-128M.txt", without_kernel_size(run.out.substr(prompt)));
}
