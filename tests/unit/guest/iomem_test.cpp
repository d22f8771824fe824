#include "emu/guest/iomem.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr VirtAddr kNodes{0x9000};

VirtAddr node(uint64_t index)
{
    return kNodes + 0x100 * index;
}

VirtAddr root(FakeKernel const& kernel)
{
    return kernel.types().variable("iomem_resource").value().address;
}

void put(FakeKernel& kernel, uint64_t index, uint64_t start, uint64_t last, char const* name)
{
    VirtAddr const text = node(index) + 0x80;
    kernel.write_string(text, name);
    kernel.set(node(index), "resource", "start", start);
    kernel.set(node(index), "resource", "end", last);
    kernel.set(node(index), "resource", "name", text.value);
}

struct KernelWithResources : FakeKernel {
    explicit KernelWithResources(char const* sample) : FakeKernel(sample)
    {
        put(*this, 0, 0x1000, 0x9fbff, "System RAM");
        put(*this, 1, 0x100000, 0x7fdffff, "System RAM");
        put(*this, 2, 0x200000, 0x20cfff, "Kernel code");
        put(*this, 3, 0xfd'0000'0000, 0xff'ffff'ffff, "Reserved");
        set(root(*this), "resource", "child", node(0).value);
        set(node(0), "resource", "sibling", node(1).value);
        set(node(1), "resource", "child", node(2).value);
        set(node(1), "resource", "sibling", node(3).value);
    }
};

ResourceTree tree_with_link(uint64_t from, char const* link, VirtAddr to)
{
    KernelWithResources kernel("sample-x86_64");
    kernel.set(node(from), "resource", link, to.value);
    return read_iomem(kernel.view()).value();
}

} // namespace

TEST_CASE("the tree prints as /proc/iomem")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithResources const kernel(name);
        auto const tree = read_iomem(kernel.view()).value();
        CHECK(!tree.damage);
        CHECK(format_iomem(tree) == "00001000-0009fbff : System RAM\n"
                                    "00100000-07fdffff : System RAM\n"
                                    "  00200000-0020cfff : Kernel code\n"
                                    "fd00000000-ffffffffff : Reserved\n");
    }
}

TEST_CASE("cycles and wild links end the walk")
{
    char const* const endless = "resource tree too deep or too large";
    CHECK(tree_with_link(3, "sibling", node(0)).damage->what == endless);
    CHECK(tree_with_link(2, "child", node(1)).damage->what == endless);
    VirtAddr const wild(0x7000'0000);
    auto const tree = tree_with_link(2, "sibling", wild);
    CHECK(tree.damage == Damage{"unreadable resource", wild, 0, wild.value});
    CHECK(tree.resources.size() == 3);
}
