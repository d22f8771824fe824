// The reader of KTAP: what it takes in, and what it refuses.
#include "tests/guest/ktap.hpp"

#include <doctest/doctest.h>

using pagelab::parse_ktap;

TEST_CASE("nested tests, diagnostics, skips and the log between them")
{
    auto const tests = parse_ktap("KTAP version 1\n1..2\n"
                                  "  KTAP version 1\n  # Subtest: page\n  1..2\n"
                                  "  ok 1 random # SKIP no pages\n"
                                  "[    0.012345] BUG kmalloc-8\n"
                                  "  # bad: a.cpp:3: x == y\n  not ok 2 bad\nnot ok 1 page\n"
                                  "ok 2 whole\n");
    REQUIRE_MESSAGE(tests.has_value(), tests.error());
    REQUIRE(tests->size() == 2);
    CHECK((*tests)[0].name == "page");
    CHECK(!(*tests)[0].passed);
    REQUIRE((*tests)[0].subtests.size() == 2);
    CHECK((*tests)[0].subtests[0].skipped);
    CHECK((*tests)[0].subtests[0].name == "random");
    CHECK((*tests)[0].subtests[1].diagnostics[0] == "bad: a.cpp:3: x == y");
    CHECK((*tests)[1].passed);
}

TEST_CASE("what KTAP does not promise is refused")
{
    char const* const kBad[] = {
        "",
        "1..1\nok 1 a\n",                         // no version
        "KTAP version 2\n1..1\nok 1 a\n",         // another version
        "KTAP version 1\nok 1 a\n1..1\n",         // plan last
        "KTAP version 1\n1..2\nok 1 a\n",         // one is missing
        "KTAP version 1\n1..1\nok 1 a\nok 2 b\n", // one too many
        "KTAP version 1\n1..2\nok 2 a\nok 1 b\n", // out of order
        "KTAP version 1\n1..1\nok 01 a\n",        // no number
        "KTAP version 1\n1..1\nok 1\n",           // no name
        "KTAP version 1\n1..1\nOK 1 a\n",         // no result
        "KTAP version 1\n1..1\nhello\nok 1 a\n",  // a line of something else
        "KTAP version 1\n1..1\nnot ok 1 a\n",     // no reason
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  # x: y\n  not ok 1 x\nok 1 a\n",
        "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: b\n  1..1\n  ok 1 x\nok 1 a\n",
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\nok 1 a\n",
    };
    for (std::string const text : kBad) {
        CAPTURE(text);
        CHECK_FALSE(parse_ktap(text));
    }
}
