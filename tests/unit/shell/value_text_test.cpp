// Typed values, drawn from their documents.
#include <doctest/doctest.h>

#include "emu/shell/value_tree.hpp"

using pagelab::shell::Json;
using pagelab::shell::value_text;

TEST_CASE("leaves")
{
    CHECK(value_text(Json(5)) == "5");
    CHECK(value_text(Json("0x1f")) == "0x1f");
    CHECK(value_text(Json::parse(R"({"$pointer": "0x10", "$symbol": "f+0x1"})")) == "0x10 <f+0x1>");
    CHECK(value_text(Json::parse(R"({"$pointer": "0x10", "$string": "DMA"})")) == "0x10 \"DMA\"");
    CHECK(value_text(Json::parse(R"({"$string": "DMA"})")) == "\"DMA\"");
    CHECK(value_text(Json::parse(R"({"$enum": "Green", "$number": 7})")) == "Green");
    CHECK(value_text(Json::parse(R"({"$unreadable": "why"})")) == "<why>");
}

TEST_CASE("structs and arrays, on one line while it holds them")
{
    Json nested = {{"a", 1}};
    nested["(union)"]["b"] = 2;
    nested["<base>"]["c"] = Json::array({1, 2});
    CHECK(value_text(nested) == "{a = 1, {b = 2}, <base> = {c = {1, 2}}}");
    CHECK(value_text(Json::object()) == "{}");
    CHECK(value_text(Json::array()) == "{}");
    Json const wide = {{"first", std::string(60, 'x')}, {"second", std::string(60, 'y')}};
    CHECK(value_text(wide) ==
          "{\n  first = " + std::string(60, 'x') + ",\n  second = " + std::string(60, 'y') + "\n}");
}

TEST_CASE("ten equal neighbours are one")
{
    CHECK(value_text(Json(std::vector<int>(9, 0))) == "{0, 0, 0, 0, 0, 0, 0, 0, 0}");
    CHECK(value_text(Json(std::vector<int>(10, 0))) == "{0 <repeats 10 times>}");
}
