#include "emu/guest/list_walk.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kHead{0x8000};
constexpr size_t kLimit = 10;
std::vector<VirtAddr> const kNodes = {VirtAddr(0x9000), VirtAddr(0xa010), VirtAddr(0x9100)};

// Three nodes, then damage done by the caller; the walk of what is left.
template<class Damager>
ListWalk walk_after(char const* sample, Damager damage)
{
    FakeKernel kernel(sample);
    kernel.link(kHead, kNodes);
    damage(kernel);
    return list_walk(kernel.view(), kHead, kLimit);
}

} // namespace

TEST_CASE("whole lists are walked in order")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        FakeKernel kernel(name);
        kernel.link(kHead, {});
        auto const empty = list_walk(kernel.view(), kHead, 0);
        CHECK(empty.nodes.empty());
        CHECK(!empty.damage);
        kernel.link(kHead, kNodes);
        auto const full = list_walk(kernel.view(), kHead, kNodes.size());
        CHECK(full.nodes == kNodes);
        CHECK(!full.damage);
    }
}

TEST_CASE("every kind of damage ends the walk and is described")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto const word = sample_types(name).pointer_size();
        VirtAddr const middle = kNodes[1];

        auto walk = walk_after(name, [&](FakeKernel& kernel) { // back to the first node
            kernel.write_pointer(middle, kNodes[0].value);
        });
        CHECK(walk.nodes.size() == 2);
        CHECK(walk.damage ==
              Damage{"prev does not point back", kNodes[0] + word, middle.value, kHead.value});

        walk = walk_after(name, [&](FakeKernel& kernel) { // to itself
            kernel.write_pointer(middle, middle.value);
        });
        CHECK(walk.damage ==
              Damage{"prev does not point back", middle + word, middle.value, kNodes[0].value});

        walk = walk_after(name, [&](FakeKernel& kernel) { // wild
            kernel.write_pointer(middle, 0xdead'0000);
        });
        CHECK(walk.nodes.size() == 2);
        CHECK(walk.damage ==
              Damage{"next points at unmapped memory", middle, kHead.value, 0xdead'0000});

        walk = walk_after(name, [&](FakeKernel& kernel) { // misaligned
            kernel.write_pointer(middle, kNodes[2].value + 1);
        });
        CHECK(walk.damage ==
              Damage{"misaligned next", middle, kNodes[2].value, kNodes[2].value + 1});

        walk = walk_after(name, [&](FakeKernel& kernel) { // zeroed, which is mapped here
            kernel.write_pointer(kHead, 0);
        });
        CHECK(walk.nodes.empty());
        CHECK(walk.damage == Damage{"prev does not point back", VirtAddr(word), kHead.value, 0});

        walk = walk_after(name, [&](FakeKernel& kernel) { // the head's own prev
            kernel.write_pointer(kHead + word, 0);
        });
        CHECK(walk.nodes == kNodes);
        CHECK(walk.damage == Damage{"prev does not point back", kHead + word, kNodes[2].value, 0});
    }
}

TEST_CASE("an unmapped head and a list longer than possible")
{
    FakeKernel kernel("sample-i686");
    kernel.link(kHead, kNodes);
    auto const longer = list_walk(kernel.view(), kHead, 2);
    CHECK(longer.nodes.size() == 2);
    CHECK(longer.damage == Damage{"list is longer than possible", kHead, 2, 3});
    VirtAddr const nowhere(FakeKernel::kMapped);
    CHECK(list_walk(kernel.view(), nowhere, 2).damage->what == "unreadable list node");
    CHECK(to_string(*longer.damage) ==
          "list is longer than possible at 0x8000: expected 0x2, found 0x3");
}
