// Modules read from a hand-made kernel, whole and damaged.
#include "emu/guest/modules.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr uint64_t kBase = 0x30'0000;

// Two modules; the first has a function at its base and one 0x40 further, and two sections.
struct KernelWithModules : FakeKernel {
    explicit KernelWithModules(char const* sample) : FakeKernel(sample)
    {
        for (unsigned i = 0; i < 2; i++) {
            set(module(i), "module", "state", i);
            set(module(i), "module", "refcnt", 3);
            set(module(i), "module", "core_layout.base", kBase + i * 0x1'0000);
            set(module(i), "module", "core_layout.size", 0x3000);
            set(module(i), "module", "core_layout.text_size", 0x1000);
            write_string(view().field_address(module(i), "module", "name").value(),
                         i == 0 ? "first" : "second");
        }
        link(types().variable("modules").value().address, {node(0), node(1)});
        write_string(VirtAddr(0xb000), "one");
        write_string(VirtAddr(0xb004), "two");
        set(module(0), "module", "kallsyms.symbols", 0xb100);
        set(module(0), "module", "kallsyms.strings", 0xb000);
        set(module(0), "module", "kallsyms.count", 2);
        put("module_symbol", 0, "value", kBase, "name", 0);
        put("module_symbol", 1, "value", kBase + 0x40, "name", 4);
        write_string(VirtAddr(0xb010), ".text");
        set(module(0), "module", "sections", 0xb200);
        set(module(0), "module", "nr_sections", 1);
        set(VirtAddr(0xb200), "module_section", "name", 0xb010);
        set(VirtAddr(0xb200), "module_section", "address", kBase);
    }

    VirtAddr module(unsigned i) const { return VirtAddr(0x9000 + 0x400 * i); }
    VirtAddr node(unsigned i) const
    {
        return view().field_address(module(i), "module", "list").value();
    }

  private:
    void put(char const* type, unsigned i, char const* first, uint64_t a, char const* second,
             uint64_t b)
    {
        VirtAddr const entry(0xb100 + i * types().size_of(type).value());
        set(entry, type, first, a);
        set(entry, type, second, b);
    }
};

} // namespace

TEST_CASE("modules with their sizes, users, sections and symbols")
{
    for (char const* sample : {"sample-i686", "sample-x86_64"}) {
        CAPTURE(sample);
        KernelWithModules const kernel(sample);
        auto const report = read_modules(kernel.view());
        REQUIRE_MESSAGE(report.has_value(), report.error().message);
        CHECK(report->damage.empty());
        REQUIRE(report->modules.size() == 2);
        Module const& first = report->modules[0];
        CHECK(first.name == "first");
        CHECK(first.state == ModuleState::Live);
        CHECK(report->modules[1].state == ModuleState::Coming);
        CHECK(first.core.base.value == kBase);
        CHECK(first.core.size == 0x3000);
        CHECK(first.users == 2);
        REQUIRE(first.sections.size() == 1);
        CHECK(first.sections[0].name == ".text");
        CHECK(first.symbols.size() == 2);
    }
}

TEST_CASE("addresses are named as the guest would")
{
    KernelWithModules const kernel("sample-x86_64");
    auto const report = read_modules(kernel.view()).value();
    auto const name = [&](uint64_t address) {
        return describe(report, VirtAddr(address)).value_or("none");
    };
    CHECK(name(kBase) == "one+0x0/0x40 [first]");
    CHECK(name(kBase + 0x3f) == "one+0x3f/0x40 [first]");
    CHECK(name(kBase + 0x50) == "two+0x10/0xfc0 [first]");
    CHECK(name(kBase + 0x2008) == "first+0x2008 [first]");
    CHECK(name(kBase + 0x1'0010) == "second+0x10 [second]");
    CHECK(name(kBase + 0x3000) == "none");
    CHECK(module_at(report, VirtAddr(kBase - 1)) == nullptr);
}

TEST_CASE("damage is found and does not hide the other modules")
{
    KernelWithModules kernel("sample-i686");
    kernel.set(kernel.module(0), "module", "kallsyms.count", 1 << 20);
    auto report = read_modules(kernel.view()).value();
    REQUIRE(report.damage.size() == 1);
    CHECK(report.damage[0].what == "unreadable sections or symbols of a module");
    CHECK(report.modules.size() == 2);

    kernel.set(kernel.module(0), "module", "kallsyms.count", 2);
    kernel.set(kernel.module(0), "module", "kallsyms.strings", 0x7000'0000);
    CHECK(read_modules(kernel.view()).value().damage.size() == 1);

    kernel.set(kernel.module(1), "module", "list.prev", 0);
    report = read_modules(kernel.view()).value();
    CHECK(report.damage[0].what == "prev does not point back");
    CHECK(report.modules.size() == 1);
}
