// C expressions over a hand-made kernel, on both widths.
#include "emu/guest/c_evaluate.hpp"

#include <doctest/doctest.h>

#include "emu/guest/code_map.hpp"
#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

struct Language {
    explicit Language(std::string const& sample)
        : kernel(sample), view(kernel.view()), types(kernel.types()), values(view, types),
          scope(values, [this](std::string_view name) -> Result<CValue> {
              if (name != "rax")
                  return fail("no register ${}", name);
              return values.number(kernel.zone().value, types.integer(types.pointer_size(), false));
          })
    {
    }

    uint64_t number(std::string_view expression) const
    {
        CAPTURE(std::string(expression));
        auto const value = evaluate(scope, expression);
        if (!value)
            FAIL(value.error().message);
        auto const bits = values.load(*value);
        if (!bits)
            FAIL(bits.error().message);
        return *bits;
    }

    std::string type(std::string_view expression) const
    {
        auto const value = evaluate(scope, expression);
        return value ? types.spell(*value->type) : value.error().message;
    }

    std::string error(std::string_view expression) const
    {
        auto const value = evaluate(scope, expression);
        if (!value)
            return value.error().message;
        auto const bits = values.load(*value);
        return bits ? "" : bits.error().message;
    }

    FakeKernel kernel;
    KernelView view;
    CTypes types;
    CValues values;
    CScope scope;
};

} // namespace

TEST_CASE("numbers are C's")
{
    Language const c("sample-x86_64");
    CHECK(c.number("1 + 2 * 3") == 7);
    CHECK(c.number("(1 + 2) * 3") == 9);
    CHECK(c.number("0x10 | 1 << 2 ^ 3") == 0x17);
    CHECK(c.number("017 + 'a'") == 15 + 'a');
    CHECK(c.number("7 / 2 * 2 + 7 % 2") == 7);
    CHECK(c.number("-7 / 2") == static_cast<uint64_t>(-3));
    CHECK(c.number("-7 >> 1") == static_cast<uint64_t>(-4));
    CHECK(c.number("~0") == ~uint64_t{0});
    CHECK(c.number("-1 < 1u") == 0); // -1 becomes unsigned
    CHECK(c.number("-1 < 1") == 1);
    CHECK(c.number("0xffffffff + 1") == 0); // unsigned int wraps
    CHECK(c.number("4294967295 + 1") == 0x1'0000'0000);
    CHECK(c.number("1 ? 2 : 3") == 2);
    CHECK(c.number("!5 || 2 && 0") == 0);
    CHECK(c.number("0 && *(int*)0xdead0000") == 0); // the right side is not read
    CHECK(c.number("(unsigned char)300") == 44);
    CHECK(c.number("(char)200") == static_cast<uint64_t>(-56));
    CHECK(c.number("sizeof(unsigned long long) + sizeof 1") == 12);
    CHECK(c.number("1 << 70") == 0);
    CHECK(c.number("(-9223372036854775807 - 1) / -1") == uint64_t{1} << 63);
}

TEST_CASE("variables, members and pointers")
{
    for (char const* sample : {"sample-i686", "sample-x86_64", "sample-i686-dwarf4"}) {
        CAPTURE(std::string(sample));
        Language c(sample);
        auto const objects = c.kernel.types().variable("objects").value().address;
        uint64_t const size = c.kernel.types().size_of("outer").value();
        c.kernel.set(objects, "outer", "counter", 5);
        c.kernel.set(objects, "outer", "negative", 0xfd);
        c.kernel.set(objects, "outer", "color", 7);
        c.kernel.set(objects, "outer", "lru.next", objects.value + size);
        CHECK(c.number("objects[0].counter") == 5);
        CHECK(c.number("objects->counter") == 5);
        CHECK(c.number("(*objects).counter + 1") == 6);
        CHECK(c.number("objects[0].negative") == static_cast<uint64_t>(-3));
        CHECK(c.number("objects[0].color == Green") == 1);
        CHECK(c.number("objects[0].in_base") == 0);
        CHECK(c.number("sizeof(outer)") == size);
        CHECK(c.number("sizeof objects") == 3 * size);
        CHECK(c.number("&objects[1]") == objects.value + size);
        CHECK(c.number("&objects[2] - &objects[0]") == 2);
        CHECK(c.number("objects + 1 == &objects[1]") == 1);
        CHECK(c.number("((struct outer*)objects[0].lru.next)->counter") == 0);
        CHECK(c.number("((outer*)objects[0].lru.next) - objects") == 1);
        CHECK(c.number("$rax") == c.kernel.zone().value);
        CHECK(c.type("objects") == "outer [3]");
        CHECK(c.type("objects[0].free_list") == "list_head [4][3]");
        CHECK(c.type("objects[1]@2") == "outer [2]");
        CHECK(c.type("&objects[0].lru") == "list_head *");
        CHECK(c.type("objects[0].name") == "const char *");
        CHECK(c.type("sample::objects[0].text") == "char [8]");
        CHECK(c.type("(unsigned long*)0") == "unsigned long *");
        CHECK(c.number("objects[0].free_list[2][1]@1") ==
              objects.value + c.kernel.types().member("outer", "free_list[2][1]").value().offset);
    }
}

TEST_CASE("what is wrong is said in one line")
{
    Language const c("sample-x86_64");
    CHECK(c.error("") == "a value is wanted at the end");
    CHECK(c.error("1 +") == "a value is wanted at the end");
    CHECK(c.error("(1") == "')' is wanted at the end");
    CHECK(c.error("1 2") == "'2' is not expected here");
    CHECK(c.error("0x") == "'0x' is no number");
    CHECK(c.error("09") == "'09' is no number");
    CHECK(c.error("nothing") == "no symbol 'nothing'");
    CHECK(c.error("$zax") == "no register $zax");
    CHECK(c.error("1 / 0") == "division by zero");
    CHECK(c.error("*1") == "* of int, which is no pointer");
    CHECK(c.error("&1") == "& of what has no address");
    CHECK(c.error("objects[0].x") == "outer has no member 'x'");
    CHECK(c.error("objects[0].counter.x") ==
          "volatile counter_t is no struct, so it has no member 'x'");
    CHECK(c.error("(struct nothing*)0") == "no type 'nothing'");
    CHECK(c.error("objects[0]@0") == "@0: 1 to 1073741824 elements can be shown");
    CHECK(c.error("*(int*)0xdeadbeef000").starts_with("address 0xdeadbeef000: "));
    CHECK(c.error("\"text\"") == "'\"text\"' starts nothing");
    std::string const deep(10'000, '(');
    CHECK(c.error(deep) == "an expression of more than 300 operators");
    std::string stars(10'000, '*');
    CHECK(c.error(stars + "1") == "an expression of more than 300 operators");
}

TEST_CASE("types by name")
{
    Language const c("sample-i686");
    auto const spelled = [&](std::string_view text) {
        auto const type = parse_type(text, c.scope);
        return type ? c.types.spell(**type) : type.error().message;
    };
    CHECK(spelled("struct outer *") == "outer *");
    CHECK(spelled("unsigned long int") == "unsigned int"); // as wide, on i686
    CHECK(spelled("char const* [3]") == "char *[3]");
    CHECK(spelled("list_head**") == "list_head **");
    CHECK(spelled("5") == "a type is wanted before '5'");
}

TEST_CASE("a bit-field's bits")
{
    Language c("sample-x86_64");
    VirtAddr const at = c.kernel.kMemMap;
    c.kernel.write(at, 0b1011'0110, 8);
    CMember const member{
        .name = "b", .type = c.types.integer(4, true), .offset = 0, .bit_offset = 4, .bit_size = 4};
    CValue const record{.type = c.types.integer(4, true), .address = at};
    auto const bits = c.values.load(c.values.member(record, member).value()).value();
    CHECK(bits == static_cast<uint64_t>(-5));
}
