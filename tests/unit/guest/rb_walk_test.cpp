#include "emu/guest/rb_walk.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kRoot{0x8000};
constexpr size_t kLimit = 10;
// In order; the middle one is the root, the outer ones its children, the last but one below.
constexpr VirtAddr kFirst{0x9000};
constexpr VirtAddr kMiddle{0xa010};
constexpr VirtAddr kInner{0x9100};
constexpr VirtAddr kLast{0x9200};

struct KernelWithTree : FakeKernel {
    explicit KernelWithTree(char const* sample) : FakeKernel(sample)
    {
        write_pointer(kRoot, kMiddle.value);
        put(kMiddle, VirtAddr(), kFirst, kLast);
        put(kFirst, kMiddle, VirtAddr(), VirtAddr());
        put(kLast, kMiddle, kInner, VirtAddr());
        put(kInner, kLast, VirtAddr(), VirtAddr());
    }

    void put(VirtAddr node, VirtAddr parent, VirtAddr left, VirtAddr right)
    {
        set(node, "rb_node", "__rb_parent_color", parent.value | 1);
        set(node, "rb_node", "rb_left", left.value);
        set(node, "rb_node", "rb_right", right.value);
    }
};

template<class Damager>
RbWalk walk_after(char const* sample, size_t limit, Damager damage)
{
    KernelWithTree kernel(sample);
    damage(kernel);
    return rb_walk(kernel.view(), kRoot, limit).value();
}

} // namespace

TEST_CASE("trees are walked in order")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        auto const full = walk_after(name, 4, [](KernelWithTree&) {});
        CHECK(full.nodes == std::vector{kFirst, kMiddle, kInner, kLast});
        CHECK(!full.damage);
        auto const empty =
            walk_after(name, 0, [](KernelWithTree& kernel) { kernel.write_pointer(kRoot, 0); });
        CHECK(empty.nodes.empty());
        CHECK(!empty.damage);
    }
}

TEST_CASE("cycles, shared nodes and wild pointers end the walk of a tree")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        auto walk = walk_after(name, kLimit, [](KernelWithTree& kernel) { // back to the root
            kernel.set(kInner, "rb_node", "rb_right", kMiddle.value);
        });
        CHECK(walk.nodes == std::vector{kFirst, kMiddle, kInner});
        CHECK(walk.damage == Damage{"node's parent is another", kMiddle, kInner.value, 0});

        walk = walk_after(name, kLimit, [](KernelWithTree& kernel) { // to itself
            kernel.set(kFirst, "rb_node", "rb_left", kFirst.value);
        });
        CHECK(walk.nodes.empty());
        CHECK(walk.damage ==
              Damage{"node's parent is another", kFirst, kFirst.value, kMiddle.value});

        walk = walk_after(name, kLimit, [](KernelWithTree& kernel) { // a node of two parents
            kernel.set(kFirst, "rb_node", "rb_right", kInner.value);
        });
        CHECK(walk.damage == Damage{"node's parent is another", kInner, kFirst.value, kLast.value});

        walk = walk_after(name, kLimit, [](KernelWithTree& kernel) { // both children the same
            kernel.set(kMiddle, "rb_node", "rb_right", kFirst.value);
        });
        CHECK(walk.damage == Damage{"both children are one node", kMiddle, 0, kFirst.value});

        walk = walk_after(name, kLimit, [](KernelWithTree& kernel) {
            kernel.set(kLast, "rb_node", "rb_left", 0xdead'0000);
        });
        CHECK(walk.damage == Damage{"child at unmapped memory", kLast, 0, 0xdead'0000});

        walk = walk_after(name, 2, [](KernelWithTree&) {});
        CHECK(walk.damage == Damage{"tree is larger than possible", kLast, 2, 3});

        walk = walk_after(name, 2, [](KernelWithTree& kernel) { kernel.unmap(kRoot); });
        CHECK(walk.damage->what == "unreadable root of a tree");
    }
}
