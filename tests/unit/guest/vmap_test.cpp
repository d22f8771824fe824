#include "emu/guest/vmap.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr uint64_t kWindow = 0x40'0000;
constexpr uint64_t kAreaSize = 0x3000;

// Three busy areas, the middle one the tree's root, and one that waits for a flush.
struct KernelWithAreas : FakeKernel {
    explicit KernelWithAreas(char const* sample) : FakeKernel(sample)
    {
        set(root(), "vmalloc_state", "start", kWindow);
        set(root(), "vmalloc_state", "end", kWindow + 0x10'0000);
        set(root(), "vmalloc_state", "space.start", kWindow);
        set(root(), "vmalloc_state", "space.end", kWindow + 0x10'0000);
        set(zone(), "pglist_data", "layout", 0x7000);
        for (unsigned i = 0; i < 4; i++)
            put(i);
        link(head("busy"), {node(0), node(1), node(2)});
        link(head("lazy"), {node(3)});
        set(root(), "vmalloc_state", "space.busy.root.rb_node", tree(1).value);
        set(root(), "vmalloc_state", "space.lazy.root.rb_node", tree(3).value);
        set(area(1), "vmap_area", "rb_node.rb_left", tree(0).value);
        set(area(1), "vmap_area", "rb_node.rb_right", tree(2).value);
        set(area(0), "vmap_area", "rb_node.__rb_parent_color", tree(1).value);
        set(area(2), "vmap_area", "rb_node.__rb_parent_color", tree(1).value);
    }

    VirtAddr root() const { return types().variable("kernel_vmalloc").value().address; }
    VirtAddr head(char const* which) const
    {
        auto const path = fmt::format("space.{}.list", which);
        return view().field_address(root(), "vmalloc_state", path).value();
    }
    VirtAddr area(unsigned i) const { return VirtAddr(0x9000 + 0x100 * i); }
    VirtAddr vm(unsigned i) const { return VirtAddr(0xa000 + 0x100 * i); }
    VirtAddr node(unsigned i) const
    {
        return view().field_address(area(i), "vmap_area", "list").value();
    }
    VirtAddr tree(unsigned i) const
    {
        return view().field_address(area(i), "vmap_area", "rb_node").value();
    }

  private:
    void put(unsigned i)
    {
        uint64_t const start = kWindow + 0x4000 * i;
        set(area(i), "vmap_area", "va_start", start);
        set(area(i), "vmap_area", "va_end", start + kAreaSize);
        set(area(i), "vmap_area", "vm", vm(i).value);
        set(vm(i), "vm_struct", "addr", start);
        set(vm(i), "vm_struct", "size", kAreaSize);
        set(vm(i), "vm_struct", "nr_pages", 2);
        set(vm(i), "vm_struct", "flags", 2);
    }
};

using Lines = std::vector<std::string>;

template<class Damager>
Lines damage_after(char const* sample, Damager damage)
{
    KernelWithAreas kernel(sample);
    damage(kernel);
    auto const report = read_vmap(kernel.view());
    REQUIRE_MESSAGE(report.has_value(), report.error().message);
    Lines lines;
    for (auto const& found : report->damage)
        lines.push_back(found.what);
    return lines;
}

} // namespace

TEST_CASE("areas are listed as /proc/vmallocinfo has them")
{
    KernelWithAreas kernel("sample-i686");
    kernel.set(kernel.vm(1), "vm_struct", "flags", 1);
    kernel.set(kernel.vm(1), "vm_struct", "nr_pages", 0);
    kernel.set(kernel.vm(1), "vm_struct", "phys_addr.value", 0xfee0'0000);
    kernel.set(kernel.vm(2), "vm_struct", "caller", 0x1234);
    auto const report = read_vmap(kernel.view()).value();
    CHECK(report.damage.empty());
    CHECK(report.window_start.value == kWindow);
    CHECK(format_vmallocinfo(kernel.view(), report, Kallsyms()).value() ==
          "0x00400000-0x00403000   12288 pages=2 vmalloc\n"
          "0x00404000-0x00407000   12288 phys=0x00000000fee00000 ioremap\n"
          "0x00408000-0x0040b000   12288 0x1234 pages=2 vmalloc\n"
          "0x0040c000-0x0040f000   12288 unpurged vm_area\n");
}

TEST_CASE("broken lists of areas are damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after(name, [](KernelWithAreas&) {}) == Lines{});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // back to the first
                  kernel.write_pointer(kernel.node(2), kernel.node(0).value);
              }) == Lines{"prev does not point back"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) {
                  kernel.write_pointer(kernel.node(1), 0xdead'0000);
              }) == Lines{"next points at unmapped memory", "areas in the tree of busy ones"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // an area less
                  kernel.link(kernel.head("busy"), {kernel.node(0), kernel.node(2)});
              }) == Lines{"areas in the tree of busy ones", "tree and list have different areas"});
    }
}

TEST_CASE("broken trees of areas are damage")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // a cycle
                  kernel.set(kernel.area(2), "vmap_area", "rb_node.rb_right", kernel.tree(1).value);
              }) == Lines{"node's parent is another"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) {
                  kernel.set(kernel.area(1), "vmap_area", "rb_node.rb_right", 0xdead'0000);
              }) == Lines{"child at unmapped memory", "areas in the tree of busy ones"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // mirrored
                  kernel.set(kernel.area(1), "vmap_area", "rb_node.rb_left", kernel.tree(2).value);
                  kernel.set(kernel.area(1), "vmap_area", "rb_node.rb_right", kernel.tree(0).value);
              }) == Lines{"tree and list have different areas"});
    }
}

TEST_CASE("areas that cannot be")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(std::string(name));
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // into the next one
                  kernel.set(kernel.area(0), "vmap_area", "va_end", kWindow + 0x5000);
                  kernel.set(kernel.vm(0), "vm_struct", "size", 0x5000);
              }) == Lines{"areas overlap or are out of order"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) { // ends before it begins
                  kernel.set(kernel.area(3), "vmap_area", "va_end", kWindow);
              }) == Lines{"areas overlap or are out of order"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) {
                  kernel.set(kernel.area(3), "vmap_area", "va_end", kWindow + 0x20'0000);
              }) == Lines{"area leaves the address space"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) {
                  kernel.set(kernel.vm(1), "vm_struct", "size", 0x1000);
              }) == Lines{"area and vm_struct disagree"});
        CHECK(damage_after(name, [](KernelWithAreas& kernel) {
                  kernel.set(kernel.area(1), "vmap_area", "vm", 0xdead'0000);
              }) == Lines{"unreadable vm_struct of an area"});
    }
}
