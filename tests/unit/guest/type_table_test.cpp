#include "emu/guest/type_table.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::guest;

namespace {

TypeTable sample(char const* name)
{
    auto table = TypeTable::load(std::string(SAMPLE_DIR "/") + name + ".elf");
    if (!table)
        FAIL(table.error().message);
    return std::move(*table);
}

uint64_t offset_of(TypeTable const& types, char const* path)
{
    auto const member = types.member("outer", path);
    if (!member)
        FAIL(member.error().message);
    return member->offset;
}

} // namespace

TEST_CASE("layouts of both guests, plain, compressed and in DWARF 4")
{
    for (char const* name :
         {"sample-i686", "sample-x86_64", "sample-i686-dwarf4", "sample-x86_64-compressed"}) {
        CAPTURE(std::string(name));
        auto const types = sample(name);
        bool const wide = types.pointer_size() == 8;
        uint64_t const word = types.pointer_size();

        // 32-bit: base 0, first 4, union 8 (12 bytes), free_list 20, counter 116, ...
        CHECK(types.size_of("outer").value() == (wide ? 256u : 136u));
        CHECK(types.size_of("list_head").value() == 2 * word);
        CHECK(offset_of(types, "") == 0);
        CHECK(offset_of(types, "in_base") == 0);
        CHECK(offset_of(types, "first") == 4);
        CHECK(offset_of(types, "lru") == 8);
        CHECK(offset_of(types, "lru.prev") == 8 + word);
        CHECK(offset_of(types, "deep") == 8 + 2 * word);
        CHECK(offset_of(types, "overlay") == 8);
        uint64_t const lists = wide ? 32 : 20;
        CHECK(offset_of(types, "free_list") == lists);
        CHECK(offset_of(types, "free_list[0]") == lists);
        CHECK(offset_of(types, "free_list[3][2].prev") == lists + 11 * 2 * word + word);
        CHECK(offset_of(types, "counter") == lists + 12 * 2 * word);
        CHECK(offset_of(types, "text[7]") == types.size_of("outer").value() - 1);
    }
}

TEST_CASE("what a member is")
{
    for (char const* name : {"sample-i686", "sample-x86_64", "sample-i686-dwarf4"}) {
        CAPTURE(std::string(name));
        auto const types = sample(name);
        auto const member = [&](char const* path) { return types.member("outer", path).value(); };
        CHECK(member("counter").kind == Kind::Unsigned);
        CHECK(member("counter").size == types.pointer_size());
        CHECK(member("negative").kind == Kind::Signed);
        CHECK(member("negative").size == 1);
        CHECK(member("deep").kind == Kind::Signed);
        CHECK(member("color").kind == Kind::Unsigned);
        CHECK(member("color").size == 1);
        CHECK(member("name").kind == Kind::Pointer);
        CHECK(member("lru").kind == Kind::Record);
        CHECK(member("free_list").kind == Kind::Array);
        CHECK(member("free_list").count == 4);
        CHECK(member("free_list[1]").kind == Kind::Array);
        CHECK(member("free_list[1]").count == 3);
        CHECK(member("free_list[1][1]").kind == Kind::Record);
        CHECK(member("text").count == 8);
    }
}

TEST_CASE("constants and variables")
{
    for (char const* name : {"sample-i686", "sample-x86_64", "sample-i686-dwarf4"}) {
        CAPTURE(std::string(name));
        auto const types = sample(name);
        CHECK(types.constant("Green").value() == 7);
        CHECK(types.constant("MIGRATE_TYPES").value() == 2);
        CHECK(types.constant("MINUS_TWO").value() == -2);
        auto const objects = types.variable("objects").value();
        CHECK(objects.address.value >= 0x100000);
        CHECK(types.size_of(objects.type).value() == 3 * types.size_of("outer").value());
        CHECK(types.member(objects.type, "[2].first").value().offset ==
              2 * types.size_of("outer").value() + 4);
        auto const hidden = types.variable("hidden").value();
        CHECK(hidden.address.value % 4 == 0);
        CHECK(types.size_of(hidden.type).value() == 4);
    }
}

TEST_CASE("questions without an answer get one line")
{
    auto const types = sample("sample-x86_64");
    for (char const* path :
         {"x", "lru.x", "lru..next", "free_list[4]", "free_list[0][3]", "first[0]", "free_list[",
          "free_list[1", "free_list[-1]", "free_list[x]", "free_list[1]first", ".", "[0]",
          "free_list.next", "counter.next", "free_list[99999999999999999999]", "first.",
          "lru next"}) {
        CAPTURE(path);
        auto const member = types.member("outer", path);
        REQUIRE(!member);
        CHECK(member.error().message.find('\n') == std::string::npos);
        CHECK(member.error().message.starts_with("struct outer: "));
    }
    CHECK(types.member("nothing", "x").error().message ==
          "no type 'nothing' in the debug information");
    CHECK(!types.size_of("nothing"));
    CHECK(!types.variable("nothing"));
    CHECK(!types.variable("MIGRATE_TYPES"));
    CHECK(!types.constant("nothing"));
    CHECK(!types.constant("objects"));
}
