// Threads as a user sees them: ps, sleep, and oopses that end no more than the thread they are in.
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"

using namespace pagelab::session;

namespace {

bool has(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

bool matches(std::string const& text, char const* pattern)
{
    return std::regex_search(text, std::regex(pattern));
}

} // namespace

TEST_CASE("an oops ends the thread that made it; the console goes on in another")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const run = run_program({"boot", "--arch", arch, "--exec", "fault wp", "--exec",
                                      "fault null", "--exec", "ps", "--exec", "echo al''ive"});
        CAPTURE(run.out);
        CHECK(run.status == 0);
        CHECK(matches(run.out, R"(Oops: 0003 \[#1\])"));
        CHECK(matches(run.out, R"(CPU: 0 PID: 1 Comm: fault Not tainted)"));
        CHECK(has(run.out, "note: fault[1] exited with irqs disabled\n"));
        CHECK(matches(run.out, R"(Oops: 0002 \[#2\])"));
        CHECK(matches(run.out, R"(PID: [3-9] Comm: fault Tainted: G      D)"));
        CHECK(matches(run.out, R"(\n    2 S +0 +0:00\.00 \[kthreadd\]\n)"));
        CHECK(!matches(run.out, R"(\n    1 R )"));
        CHECK(has(run.out, "\nal''ive\n"));
    }
}

TEST_CASE("oops=panic makes every oops a panic")
{
    auto const run = run_program({"boot", "--append", "oops=panic", "--exec", "fault ud"});
    CHECK(run.status == 101);
    CHECK(has(run.out, "Kernel panic - not syncing: Fatal exception\n"));
}

TEST_CASE("while the console sleeps time passes, and no input is lost")
{
    auto const run = run_program({"boot", "--exec", "sleep 0.5", "--exec", "fault ud", "--exec",
                                  "sleep 2", "--exec", "fault ud", "--exec", "sleep 1.x"});
    CAPTURE(run.out);
    CHECK(run.status == 0);
    CHECK(matches(run.out, R"(\[    0\.5\d+\] invalid opcode: 0000 \[#1\])"));
    CHECK(matches(run.out, R"(\[    2\.5\d+\] invalid opcode: 0000 \[#2\])"));
    CHECK(has(run.out, "sleep: usage: sleep SECONDS"));
}
