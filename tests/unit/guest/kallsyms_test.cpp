#include "emu/guest/kallsyms.hpp"

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

constexpr uint64_t kText = 0x10'0000;

// Functions "one" at 0x10, "two" at 0x40 and "three" at 0x100.
struct KernelWithSymbols : FakeKernel {
    explicit KernelWithSymbols(char const* sample) : FakeKernel(sample)
    {
        write(at("kallsyms_count"), 3, 4);
        put(0, 0x10, 0);
        put(1, 0x40, 4);
        put(2, 0x100, 8);
        write_string(at("kallsyms_names"), "one");
        write_string(at("kallsyms_names") + 4, "two");
        write_string(at("kallsyms_names") + 8, "three");
    }

    VirtAddr at(char const* symbol) const { return types().symbol(symbol).value(); }
    void put(unsigned i, uint64_t offset, uint64_t name)
    {
        write(at("kallsyms_offsets") + 4 * i, offset, 4);
        write(at("kallsyms_name_offsets") + 4 * i, name, 4);
    }
};

template<class Damager>
std::string error_after(char const* sample, Damager damage)
{
    KernelWithSymbols kernel(sample);
    damage(kernel);
    auto const table = Kallsyms::read(kernel.view());
    return table ? "" : table.error().message;
}

} // namespace

TEST_CASE("addresses are named by the guest's own table")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        KernelWithSymbols const kernel(name);
        auto const table = Kallsyms::read(kernel.view()).value();
        CHECK(table.describe(VirtAddr(kText + 0x10)) == "one+0x0/0x30");
        CHECK(table.describe(VirtAddr(kText + 0x7f)) == "two+0x3f/0xc0");
        CHECK(table.describe(VirtAddr(kText + 0xfff)) == "three+0xeff/0xf00");
        CHECK(table.describe(VirtAddr(kText + 0x1000)) == "0x101000");
        CHECK(table.describe(VirtAddr(kText)) == "0x100000"); // before the first
        CHECK(table.describe(VirtAddr(kText - 1)) == "0xfffff");
        CHECK(Kallsyms().describe(VirtAddr(kText)) == "0x100000");
    }
}

TEST_CASE("broken tables of symbols are errors of one line")
{
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        CHECK(error_after(name, [](KernelWithSymbols& kernel) {
                  kernel.write(kernel.at("kallsyms_count"), 0xffff'ffff, 4);
              }) == "a symbol table of 4294967295 functions");
        CHECK(error_after(name, [](KernelWithSymbols& kernel) { kernel.put(2, 0x3f, 8); }) ==
              "the symbol table is out of order at entry 2");
        CHECK(error_after(name, [](KernelWithSymbols& kernel) {
                  kernel.put(2, 0x100, 0x5000'0000);
              }).ends_with("not present"));
        CHECK(error_after(name, [](KernelWithSymbols& kernel) { kernel.put(2, 0x2000, 8); }) ==
              "entry 2 of the symbol table is not in the kernel's text");
    }
}

TEST_CASE("a name without an end is cut")
{
    KernelWithSymbols kernel("sample-i686");
    for (unsigned i = 0; i < 1000; i++)
        kernel.write(VirtAddr(0x9000) + i, 'x', 1);
    kernel.put(2, 0x100, 0x9000 - kernel.at("kallsyms_names").value);
    auto const table = Kallsyms::read(kernel.view()).value();
    CHECK(table.describe(VirtAddr(kText + 0x100)) == std::string(256, 'x') + "+0x0/0xf00");
}
