// Moments by name, and the recorded past: what a user types, and that nothing is otherwise the
// second time.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"
#include "tests/session/shell_documents.hpp"

using nlohmann::json;
using pagelab::session::documents;
using pagelab::session::Finished;
using pagelab::session::run_program;

namespace {

std::string error_of(std::vector<std::string> const& commands)
{
    std::vector<std::string> arguments = {"shell", "--append", "quiet"};
    for (std::string const& command : commands)
        arguments.insert(arguments.end(), {"-c", command});
    Finished const run = run_program(arguments);
    CHECK(run.status == 1);
    return run.err;
}

} // namespace

TEST_CASE("a saved moment is gone back to, and from there things go as they went")
{
    for (std::string const arch : {"i686", "x86_64"}) {
        auto const said = documents({"--arch", arch},
                                    {"save a", "guest 'stress 5000 7'", "buddyinfo", "save b",
                                     "restore a", "guest 'stress 5000 7'", "buddyinfo", "restore a",
                                     "guest 'echo other'", "restore b", "buddyinfo", "snapshots"});
        CHECK(said[1] == said[5]);
        CHECK(said[2] == said[6]);
        CHECK(said[4]["instructions"] == said[0]["instructions"]);
        CHECK(said[8]["output"] == "other\n");
        CHECK(said[10] == said[2]);
        json const& rows = said[11]["snapshots"];
        REQUIRE(rows.size() == 2);
        CHECK(rows[0]["name"] == "a");
        CHECK(rows[1]["instructions"] > rows[0]["instructions"]);
        CHECK(rows[1]["new_pages"] > 0);
        CHECK(rows[1]["new_pages"] < rows[0]["new_pages"]);
    }
}

TEST_CASE("what there is not is said in a line")
{
    CHECK(error_of({"restore a"}) ==
          "pagelab: restore: nothing was saved as 'a' (try: snapshots)\n");
    CHECK(error_of({"reverse-step"}) ==
          "pagelab: reverse-step: nothing is recorded (try: record)\n");
    CHECK(error_of({"goto 5"}) == "pagelab: goto: nothing is recorded (try: record)\n");
    CHECK(error_of({"record", "goto 5"}).starts_with("pagelab: goto: the record begins at"));
    CHECK(error_of({"record", "reverse-continue"}) ==
          "pagelab: reverse-continue: no points (try: help break)\n");
}

TEST_CASE("an instruction of the past is the same when it is gone to, whatever was typed since")
{
    for (std::string const cpus : {"1", "3"}) {
        CAPTURE(cpus);
        auto const said =
            documents({"--cpus", cpus, "--append", "quiet"},
                      {"record --every 100000", "step 300000", "regs", "crc -p 0x100000 4M",
                       "guest 'stress 2000 3'", "guest 'cat /proc/buddyinfo'", "cpu",
                       "reverse-step 1", "goto begin", "step 300000", "regs", "crc -p 0x100000 4M",
                       "goto end", "cpu", "guest 'cat /proc/buddyinfo'", "record"});
        CHECK(said[2] == said[10]);
        CHECK(said[3] == said[11]);
        CHECK(said[6] == said[13]);
        CHECK(said[14]["output"].get<std::string>().starts_with("Node 0, zone"));
        CHECK(said[15]["moments"] > 3);
        CHECK(said[15]["last"] == said[15]["now"]);
    }
}

TEST_CASE("what names the last writer while the past is recorded, and only then")
{
    for (std::string const arch : {"i686", "x86_64"}) {
        auto const said = documents({"--arch", arch, "--append", "quiet"},
                                    {"what &jiffies", "record", "guest 'stress 2000 3'", "cpu",
                                     "what &jiffies", "last-write &jiffies 1", "cpu"});
        CHECK(!said[0].contains("written"));
        REQUIRE(said[4].contains("written"));
        CHECK(said[4]["written"]["instructions"] == said[5]["instructions"]);
        CHECK(said[4]["written"]["instruction"] == said[5]["instruction"]);
        CHECK(said[3] == said[6]); // the machine is where it was
    }
}

TEST_CASE("the last hit before now is found, and the one before that")
{
    auto const said =
        documents({"--append", "quiet"},
                  {"record --every 50000", "break rmqueue", "guest 'stress 200 3'", "continue",
                   "continue", "continue", "reverse-continue", "reverse-continue", "reverse-step 1",
                   "reverse-continue", "continue"});
    auto const at = [&](size_t i) { return said[i]["instructions"].get<uint64_t>(); };
    CHECK(said[6]["reason"] == "breakpoint");
    CHECK(at(6) == at(4));
    CHECK(at(7) == at(3));
    CHECK(said[7]["symbol"] == "rmqueue");
    CHECK(at(8) == at(3) - 1);
    CHECK(at(9) < at(8));
    CHECK(at(10) == at(3)); // on through the past
}

TEST_CASE("who wrote last, and every access")
{
    auto const said = documents({"--append", "quiet"},
                                {"record", "guest 'stress 20000 3'", "watch &jiffies", "cpu",
                                 "last-write &jiffies", "cpu", "history &jiffies -w", "delete",
                                 "step 100", "history &jiffies -c 3"});
    CHECK(said[3] == said[5]); // stays where it is
    CHECK(said[4]["reason"] == "watchpoint");
    CHECK(said[4]["access"]["operation"] == "write");
    json const& writes = said[6]["accesses"];
    REQUIRE(!writes.empty());
    CHECK(writes.back()["instructions"] == said[4]["instructions"]);
    CHECK(writes.back()["after"] == said[4]["access"]["after"]);
    CHECK(said[9]["accesses"].size() == 3);
    CHECK(said[9]["seen"] > 3);
}

TEST_CASE("what is changed in the past begins another future")
{
    auto const said =
        documents({"--append", "quiet"},
                  {"record --every 100000", "guest 'stress 500 3'", "record", "goto begin",
                   "record", "w /g &jiffies 7", "record", "guest 'echo other'", "print jiffies"});
    CHECK(said[4]["last"] == said[2]["last"]);
    CHECK(said[4]["now"] == said[2]["first"]);
    CHECK(said[6]["last"] == said[2]["first"]);
    CHECK(said[7]["output"] == "other\n");
}
