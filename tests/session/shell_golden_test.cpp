// The shell's main commands as a user sees them, but for numbers, which follow from the kernel.
#include <cstdlib>
#include <fstream>
#include <regex>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"

using namespace pagelab::session;

namespace {

constexpr char kGolden[] = PAGELAB_SOURCE_DIR "/tests/session/golden/";

constexpr char const* kLines[] = {
    "walk &contig_page_data",
    "why _text write kernel",
    "why 0 read user",
    "phys2virt 0x100000",
    "pt --count 1",
    "zones",
    "page &contig_page_data",
    "what &contig_page_data",
    "vmalloc -c 1",
    "tasks",
    "modules",
    "percpu current_task",
    "check",
    "ptype struct list_head",
    "print contig_page_data.node_zones[0].name",
    "x/2wx &contig_page_data",
    "gdt",
    "points",
    "save here",
    "snapshots",
    "diff here",
    "restore here",
    "record",
    "cpu",
};

// Numbers are #, and columns are a blank apart.
std::string without_numbers(std::string const& text)
{
    static std::regex const kNumbers(
        "\\b(0x[0-9a-f]+|[0-9a-f]{3}(?=\\])|[0-9a-f]{6,16}|[0-9]+)\\b");
    static std::regex const kBlanks(" +");
    return std::regex_replace(std::regex_replace(text, kNumbers, "#"), kBlanks, " ");
}

} // namespace

TEST_CASE("what the shell's commands print, on both widths")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::vector<std::string> arguments = {"shell", "--arch", arch};
        for (std::string const line : kLines)
            arguments.insert(arguments.end(), {"-c", line});
        auto const run = run_program(arguments);
        CHECK_MESSAGE(run.status == 0, run.err);
        std::string const text = without_numbers(run.out);
        std::string const file = kGolden + ("shell-" + arch + ".txt");
        if (std::getenv("PAGELAB_BLESS") != nullptr)
            std::ofstream(file) << text;
        CHECK(text == read_text(file));
    }
}
