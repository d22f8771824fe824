// Snapshots in files: what follows one that is read is what followed when it was written.
#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"

using pagelab::session::Finished;
using pagelab::session::read_text;
using pagelab::session::run_program;
using pagelab::session::Scratch;

TEST_CASE("a run that was saved and restored is the run that went straight on")
{
    Scratch const scratch;
    std::string const file = scratch.path("a.snap");
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const cpus : {"1", "3"}) {
            CAPTURE(arch);
            CAPTURE(cpus);
            std::vector<std::string> const boot = {"boot", "--arch", arch, "--cpus", cpus};
            auto with = [&](std::vector<std::string> const& more) {
                auto all = boot;
                all.insert(all.end(), more.begin(), more.end());
                return run_program(all);
            };
            Finished const straight = with(
                {"--exec", "stress 3000 5", "--exec", "dmesg", "--exec", "cat /proc/buddyinfo"});
            Finished const saved = with({"--exec", "stress 3000 5", "--save", file});
            CHECK_MESSAGE(saved.status == 0, saved.err);
            Finished const restored = run_program(
                {"boot", "--restore", file, "--exec", "dmesg", "--exec", "cat /proc/buddyinfo"});
            CHECK_MESSAGE(restored.status == 0, restored.err);
            CHECK(saved.out + restored.out == straight.out);
        }
    }
}

TEST_CASE("the shell writes one, and opens at it")
{
    Scratch const scratch;
    std::string const file = scratch.path("a.snap");
    std::string const where = "print jiffies";
    Finished const writes =
        run_program({"shell", "-c", "guest 'stress 2000 5'", "-c", "save -f " + file, "-c", where,
                     "-c", "regs", "-c", "zones"});
    CHECK_MESSAGE(writes.status == 0, writes.err);
    Finished const opens =
        run_program({"shell", "--restore", file, "-c", where, "-c", "regs", "-c", "zones"});
    CHECK_MESSAGE(opens.status == 0, opens.err);
    CHECK(writes.out.ends_with(opens.out));
    CHECK(opens.out.size() > 200);
}

TEST_CASE("what is no snapshot is refused in a line")
{
    Scratch const scratch;
    std::string const file = scratch.path("a.snap");
    REQUIRE(run_program({"boot", "--mem", "16M", "--append", "quiet", "--save", file}).status == 0);
    std::string const whole = read_text(file);
    auto const refused = [&](std::string const& contents) {
        Finished const run = run_program({"boot", "--restore", scratch.write("b.snap", contents)});
        CHECK(run.status == 125);
        CHECK(std::ranges::count(run.err, '\n') == 1);
        return run.err.substr(run.err.find("b.snap"));
    };
    std::string version = whole, damaged = whole;
    version[8] = 9;
    damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 1);
    CHECK(refused("") == "b.snap': no file with bytes in it\n");
    CHECK(refused("short") == "b.snap' is no snapshot of pagelab\n");
    CHECK(refused(version) == "b.snap' is a snapshot of version 9; this is for 1\n");
    CHECK(refused(damaged).starts_with("b.snap' is damaged: "));
    CHECK(refused(whole.substr(0, whole.size() - 1)).starts_with("b.snap' is damaged: "));
    CHECK(refused(whole + "x").starts_with("b.snap' is damaged: "));
    Finished const ended = run_program(
        {"boot", "--restore", file, "--exec", "poweroff 3", "--save", scratch.path("c.snap")});
    CHECK(ended.status == 125);
    CHECK(ended.err.ends_with("c.snap' is not written: the guest has ended\n"));
}
