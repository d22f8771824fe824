#include <doctest/doctest.h>

#include "tests/unit/mm/reference.hpp"

namespace pagelab::mm {

namespace {

resource node(uint64_t start, uint64_t last, char const* name)
{
    return make_resource(PhysAddr(start), PhysAddr(last), name);
}

std::string text_of(resource const& root)
{
    return report_text([&](auto& m) { show_iomem(m, root); });
}

} // namespace

TEST_CASE("a range takes what it covers as children, and finds its own parent")
{
    resource root = node(0, UINT64_MAX, "root");
    resource code = node(0x100'0000, 0x1ff'ffff, "Kernel code");
    resource ram = node(0x10'0000, 0x7ff'ffff, "System RAM");
    resource bss = node(0x200'0000, 0x20f'ffff, "Kernel bss");
    resource rom = node(0xf'0000, 0xf'ffff, "System ROM");
    resource high = node(0x1'0000'0000, 0x1'3fff'ffff, "System RAM");
    for (resource* r : {&code, &high, &ram, &bss, &rom})
        REQUIRE(insert_resource(root, *r));
    CHECK(text_of(root) == "000f0000-000fffff : System ROM\n"
                           "00100000-07ffffff : System RAM\n"
                           "  01000000-01ffffff : Kernel code\n"
                           "  02000000-020fffff : Kernel bss\n"
                           "100000000-13fffffff : System RAM\n");
    CHECK(bss.parent == &ram);
}

TEST_CASE("of equal ranges the later is the outer one")
{
    resource root = node(0, UINT64_MAX, "root");
    resource rom = node(0xf'0000, 0xf'ffff, "System ROM");
    resource reserved = node(0xf'0000, 0xf'ffff, "Reserved");
    REQUIRE(insert_resource(root, rom));
    REQUIRE(insert_resource(root, reserved));
    CHECK(text_of(root) == "000f0000-000fffff : Reserved\n"
                           "  000f0000-000fffff : System ROM\n");
}

TEST_CASE("a partial overlap is refused and changes nothing")
{
    resource root = node(0, 0xffff'ffff, "root");
    resource ram = node(0x1000, 0x1fff, "System RAM");
    resource across = node(0x1800, 0x27ff, "across");
    resource inside_out = node(0x800, 0x17ff, "across");
    resource outside = node(0xffff'0000, 0x1'0000'0000, "outside");
    resource reversed = node(0x5000, 0x4fff, "reversed");
    REQUIRE(insert_resource(root, ram));
    auto const before = text_of(root);
    for (resource* r : {&across, &inside_out, &outside, &reversed})
        CHECK_FALSE(insert_resource(root, *r));
    CHECK(text_of(root) == before);
}

TEST_CASE("the sixth level and deeper ones are indented alike")
{
    resource root = node(0, 0xffff, "root");
    std::vector<resource> nodes;
    for (uint64_t i = 0; i < 7; i++)
        nodes.push_back(node(i, 0xff - i, "level"));
    for (resource& r : nodes)
        REQUIRE(insert_resource(root, r));
    auto const lines = parse_iomem(text_of(root));
    REQUIRE(lines.size() == 7);
    CHECK(lines[4].level == 4);
    CHECK(lines[5].level == 5);
    CHECK(lines[6].level == 5);
}

} // namespace pagelab::mm
