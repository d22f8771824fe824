// Documents that fit their shape, and one difference of each kind.
#include <doctest/doctest.h>

#include "emu/shell/shape.hpp"

using pagelab::shell::conforms;
using pagelab::shell::Json;

namespace {

constexpr char kShape[] = R"({"at": "hex", "rows": [{"n": "number", "name": "string?"}],
    "by": {"*": "bool"}, "either": "hex|number"})";

std::string difference(char const* text)
{
    auto const fits = conforms(Json::parse(text), kShape);
    return fits ? "" : fits.error().message;
}

} // namespace

TEST_CASE("a document that fits")
{
    CHECK(difference(R"({"at": "0x1f", "rows": [{"n": 1}, {"n": 2, "name": null}],
        "by": {"x": true}, "either": 3})") == "");
}

TEST_CASE("what differs is named")
{
    CHECK(difference(R"({"at": "1f", "rows": [], "by": {}, "either": 3})") ==
          ".at: \"1f\", not hex");
    CHECK(difference(R"({"rows": [], "by": {}, "either": 3})") == ".at: missing");
    CHECK(difference(R"({"at": "0x1", "rows": [{"n": 1}, {"n": "2"}], "by": {}, "either": 1})") ==
          ".rows[1].n: \"2\", not number");
    CHECK(difference(R"({"at": "0x1", "rows": [], "by": {"x": 1}, "either": 1})") ==
          ".by.x: 1, not bool");
    CHECK(difference(R"({"at": "0x1", "rows": 5, "by": {}, "either": 1})") ==
          ".rows: number, not an array");
    CHECK(difference(R"({"at": "0x1", "rows": [], "by": {}, "either": 1, "new": 1})") ==
          ".new: not in the shape");
}
