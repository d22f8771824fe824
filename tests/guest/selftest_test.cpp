// The kernel's self-tests in the kernel, on both widths, three sizes of RAM, and up to 4 CPUs.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/guest_selftest
#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "tests/guest/ktap.hpp"
#include "tests/session/program.hpp"

using namespace pagelab;

namespace {

std::string chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? text : std::to_string(std::random_device{}());
}

// For want of other CPUs, or of high memory.
bool may_be_skipped(KtapTest const& suite, KtapTest const& test, bool has_high_memory,
                    std::string const& cpus)
{
    return suite.name.starts_with("smp") ? cpus == "1" : test.name == "kmap" && !has_high_memory;
}

// The seed is also that of the CPUs' turns.
void expect_all_pass(std::string const& arch, std::string const& memory, std::string const& options,
                     std::string const& cpus = "1", std::string const& suite = "all")
{
    std::string const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed, " ", arch, " ", memory, " ", options, " cpus ", cpus);
    auto const run = session::run_program(
        {"boot", "--arch", arch, "--mem", memory, "--cpus", cpus, "--seed", seed, "--append",
         "quiet selftest=" + suite + " selftest_seed=" + seed + " " + options});
    CAPTURE(run.out);
    CAPTURE(run.err);
    CHECK(run.status == 0);
    auto const suites = parse_ktap(run.out);
    REQUIRE_MESSAGE(suites.has_value(), suites.error());
    CHECK(suites->size() >= (suite == "all" ? 6 : 1));
    for (KtapTest const& suite : *suites) {
        CHECK_MESSAGE(suite.passed, suite.name);
        CHECK_MESSAGE(!suite.subtests.empty(), suite.name);
        bool const has_high_memory = arch == "i686" && memory.ends_with('G');
        for (KtapTest const& test : suite.subtests)
            CHECK_MESSAGE((!test.skipped || may_be_skipped(suite, test, has_high_memory, cpus)),
                          suite.name << " " << test.name);
    }
}

} // namespace

TEST_CASE("every suite passes in the guest: both widths, 64 MiB to 4 GiB")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        expect_all_pass(arch, "64M", "selftest_steps=100000");
        expect_all_pass(arch, "1G", "selftest_steps=20000");
        expect_all_pass(arch, "4G", "selftest_steps=5000");
    }
}

TEST_CASE("every suite passes with each slab allocator, and with SLUB's debugging")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const option :
             {"slab_allocator=slab", "slab_allocator=slob", "slab_nomerge slub_debug=FZPU"})
            expect_all_pass(arch, "64M", "selftest_steps=20000 " + option);
    }
}

TEST_CASE("the suites of several CPUs pass on 2 and 4, and the others too, whoever's turn it is")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const cpus : {"2", "4"}) {
            for (std::string const suite : {"smp", "smp_threads"})
                expect_all_pass(arch, "128M", "selftest_steps=2000", cpus, suite);
        }
        expect_all_pass(arch, "128M", "selftest_steps=1000", "4");
    }
}

TEST_CASE("a suite that does not exist ends the run with a reason")
{
    auto const run = session::run_program({"boot", "--append", "quiet selftest=nothing"});
    CHECK(run.status == 101);
    CHECK(run.out.find("no such suite") != std::string::npos);
}
