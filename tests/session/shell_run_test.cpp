// The shell runs, stops and steps real guests: what a user types, and what comes back.
#include <regex>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"
#include "tests/session/shell_documents.hpp"

using nlohmann::json;
using pagelab::session::documents;
using pagelab::session::Finished;
using pagelab::session::run_program;

TEST_CASE("a breakpoint stops before its instruction, and steps go on from there")
{
    for (std::string const arch : {"i686", "x86_64"}) {
        auto const said = documents(
            {"--arch", arch, "--at-reset", "--append", "quiet"},
            {"break memblock_add", "continue", "step", "finish", "points", "delete", "points"});
        CHECK(said[1]["reason"] == "breakpoint");
        CHECK(said[1]["point"] == 1);
        CHECK(said[1]["symbol"] == "memblock_add");
        CHECK(said[2]["reason"] == "step");
        CHECK(said[2]["instructions"] == said[1]["instructions"].get<uint64_t>() + 1);
        CHECK(said[3]["reason"] == "breakpoint"); // finish's own
        CHECK(said[3]["instructions"] > said[2]["instructions"]);
        CHECK(said[4]["points"][0]["hits"].get<int>() >= 1);
        CHECK(said[6]["points"].empty());
    }
}

TEST_CASE("a condition is judged at each hit")
{
    auto const said =
        documents({"--at-reset", "--append", "quiet"}, {"break memblock_add if 0", "continue"});
    CHECK(said[1]["outcome"] == "waits for input");
}

TEST_CASE("a watchpoint says what was written, where and by whom")
{
    for (std::string const arch : {"i686", "x86_64"}) {
        auto const said =
            documents({"--arch", arch}, {"watch &jiffies", "step 200000000", "continue"});
        CHECK(said[1]["reason"] == "watchpoint");
        CHECK(said[1]["access"]["operation"] == "write");
        CHECK(said[1]["access"]["before"] != said[1]["access"]["after"]);
        CHECK(said[1]["symbol"].is_string());
        CHECK(said[2]["outcome"] == "waits for input");
    }
}

TEST_CASE("exceptions, ports and control registers are caught")
{
    auto const said = documents({"--at-reset", "--append", "quiet"},
                                {"catch port 0x3f8", "continue", "delete", "catch cr 3", "continue",
                                 "delete", "continue", "guest echo hello"});
    CHECK(said[1]["reason"] == "port");
    CHECK(said[1]["access"]["address"] == "0x3f8");
    CHECK(said[4]["reason"] == "control register");
    CHECK(said[6]["outcome"] == "waits for input");
}

TEST_CASE("a stopped run is the run that was not stopped")
{
    auto const plain = documents({}, {"step"});
    auto const stopped = documents({"--at-reset"}, {"break memblock_add", "continue", "step 1000",
                                                    "delete", "continue", "step"});
    CHECK(stopped[5]["instructions"] == plain[0]["instructions"]);
    CHECK(stopped[5]["rip"] == plain[0]["rip"]);
}

TEST_CASE("wrong commands get one line and status 1")
{
    for (std::string const line :
         {"nonsense", "break", "break no_such_symbol", "delete 7", "watch 0 0", "catch cr 99",
          "walk", "print 1 +", "cpu 5", "step 0", "buddy | "}) {
        Finished const run = run_program({"shell", "-c", line});
        CHECK_MESSAGE(run.status == 1, line);
        CHECK_MESSAGE(run.err.starts_with("pagelab: "), line);
        CHECK_MESSAGE(std::count(run.err.begin(), run.err.end(), '\n') == 1, run.err);
    }
}
