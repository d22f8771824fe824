// A WARN as a user sees it: line by line of the shape that Linux 6.1's has.
//
// data/warning-*.txt are Debian's kernels asked for kmalloc(8 MiB). One line differs on purpose: no
// module is loaded.
#include <algorithm>
#include <regex>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

using Lines = std::vector<std::string>;

constexpr char kFrame[] = R"( (\? )?[\w.~:<>$]+\+0x[0-9a-f]+/0x[0-9a-f]+)";

std::string boot(std::string const& arch, Lines const& commands)
{
    Lines arguments = {"boot", "--arch", arch, "--mem", "128M"};
    for (std::string const& command : commands)
        arguments.insert(arguments.end(), {"--exec", command});
    return run_program(arguments).out;
}

// The lines of the log, which begin with a time; without it.
Lines log_lines(std::string const& text)
{
    static std::regex const kLine(R"(\[ *\d+\.\d{6}\] (.*))");
    Lines found;
    std::smatch match;
    for (std::string const& line : lines_of(text)) {
        if (std::regex_match(line, match, kLine))
            found.push_back(match[1]);
    }
    return found;
}

// What may differ between two kernels replaced by marks: symbols, places, and each digit of a
// number of two or more.
std::string shape_of(std::string line)
{
    struct Rule {
        std::regex from;
        char const* to;
    };
    static Rule const kRules[] = {
        {std::regex(R"([\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+)"), "SYMBOL"},
        {std::regex(R"( at \S+:\d+ )"), " at PLACE "},
        {std::regex(R"(PID: \d+)"), "PID: N"},
        {std::regex(R"(CPU: \d+)"), "CPU: N"},
        {std::regex(R"(Comm: \S+ (Not tainted|Tainted: [A-Z ]{19}) \S+ #1.*)"), "Comm: WHO"},
        {std::regex(R"(Modules linked in:.*)"), "Modules linked in:"},
        {std::regex(R"(Hardware name: .+, BIOS \S+ \d\d/\d\d/\d{4})"), "Hardware name: PC"},
    };
    for (Rule const& rule : kRules)
        line = std::regex_replace(line, rule.from, rule.to);
    static std::regex const kNumber(R"(\b[0-9a-f]{2,}\b)");
    std::string shape;
    auto rest = line.cbegin();
    for (std::sregex_iterator at(line.begin(), line.end(), kNumber), end; at != end; ++at) {
        shape.append(rest, (*at)[0].first).append(static_cast<size_t>(at->length()), '#');
        rest = (*at)[0].second;
    }
    return shape.append(rest, line.cend());
}

Lines shapes_up_to_trace(Lines const& block)
{
    Lines shapes;
    for (std::string const& line : block) {
        shapes.push_back(shape_of(line));
        if (line == "Call Trace:")
            break;
    }
    return shapes;
}

Lines reference_block(std::string const& arch)
{
    std::filesystem::path const folder = PAGELAB_SOURCE_DIR;
    return log_lines(read_text(folder / "tests/session/data" / ("warning-" + arch + ".txt")));
}

// The functions of the frames that are certain, innermost first.
Lines certain_frames(Lines const& block)
{
    Lines names;
    for (std::string const& line : block) {
        if (line.starts_with(" ") && !line.starts_with(" ?") && !line.starts_with(" <"))
            names.push_back(line.substr(1, line.find('+') - 1));
    }
    return names;
}

} // namespace

TEST_CASE("kmalloc of 8 MiB gives null, and once the report that Linux makes of it")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const out = boot(arch, {"kmalloc 8M", "kmalloc 8M"});
        std::string const first = answer_to(out, "kmalloc 8M");
        CAPTURE(first);
        CHECK(first.ends_with("kmalloc: 8M: failed\n"));
        CHECK(answer_to(out, "kmalloc 8M", 1) == "kmalloc: 8M: failed\n");

        Lines const block = log_lines(first);
        CHECK(shapes_up_to_trace(block) == shapes_up_to_trace(reference_block(arch)));
        CHECK(block.back() == reference_block(arch).back());
        Lines const frames = certain_frames(block);
        REQUIRE(frames.size() > 4);
        CHECK(Lines(frames.begin(), frames.begin() + 4) ==
              Lines{"__kmalloc_large_node", "kmalloc", "run_kmalloc", "run_console"});
        auto const trace = std::ranges::find(block, "Call Trace:") + 1;
        bool const is_named = arch == "x86_64"; // the stack, and so in both references
        CHECK((*trace == " <TASK>") == is_named);
        CHECK((*(block.end() - 2) == " </TASK>") == is_named);
        for (auto line = trace + is_named; line < block.end() - 1 - is_named; ++line) {
            CAPTURE(*line);
            CHECK(std::regex_match(*line, std::regex(kFrame)));
        }
    }
}

TEST_CASE("the registers of a WARN are those of the function that was wrong")
{
    std::string const out = boot("x86_64", {"kmalloc 8M"});
    CHECK(out.find("RIP: 0010:__alloc_pages+0x") != std::string::npos);
    CHECK(
        std::regex_search(out, std::regex(R"(WARNING: .* at kernel/page_alloc.cpp:\d+ __alloc)")));
    CHECK(std::regex_search(out, std::regex(R"(Code: [0-9a-f ]+ <0f> 0b )"))); // UD2
    CHECK(out.find(" 000000000000000b ") != std::string::npos);                // the order
    CHECK(out.find(" 0000000000040cc0 ") != std::string::npos); // GFP_KERNEL | __GFP_COMP
}

TEST_CASE("nothing is said with __GFP_NOWARN, nor of what is not too large")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const out = boot(arch, {"kmalloc 8M 0x2cc0", "kmalloc 4M"});
        CHECK(answer_to(out, "kmalloc 8M 0x2cc0") == "kmalloc: 8M: failed\n");
        CHECK(answer_to(out, "kmalloc 4M").starts_with("0x"));
    }
}

TEST_CASE("a WARN with a message has it before the place, and taints what comes later")
{
    std::string const free_nothing = "slab free 0xffff888000100000";
    std::string const out = boot("x86_64", {free_nothing, free_nothing});
    Lines const first = log_lines(answer_to(out, free_nothing));
    Lines const second = log_lines(answer_to(out, free_nothing, 1));
    REQUIRE(first.size() > 5);
    REQUIRE(second.size() == first.size());
    CHECK(first[0] == "------------[ cut here ]------------");
    CHECK(first[1] == "object pointer: 0xffff888000100000");
    CHECK(std::regex_match(first[2], std::regex(R"(WARNING: CPU: 0 PID: 1 at )"
                                                R"(mm/slab/kmalloc_large.cpp:\d+ )"
                                                R"(free_large_kmalloc\+0x[0-9a-f]+/0x[0-9a-f]+)")));
    CHECK(first[4] == "CPU: 0 PID: 1 Comm: slab Not tainted 0.1 #1");
    CHECK(first[5].starts_with("Hardware name: pagelab PC, BIOS 0.1 "));
    CHECK(second[4] == "CPU: 0 PID: 1 Comm: slab Tainted: G        W          0.1 #1");
}
