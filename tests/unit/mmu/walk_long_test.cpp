// 4-level and 5-level paging by hand: pages of 4K, 2M and 1G, canonical addresses, reserved bits.
#include <doctest/doctest.h>

#include "emu/mmu/translate.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kNx = uint64_t{1} << 63;
constexpr Access kKernelRead{Operation::Read, Requester::Supervisor, Segment::Data};
constexpr Access kKernelFetch{Operation::Fetch, Requester::Supervisor, Segment::Data};
constexpr Access kUserWrite{Operation::Write, Requester::User, Segment::Data};

// PML5 at 0x1000, PML4 at 0x2000, ... page table at 0x5000. Index 1 in the PML5, 511 in the PML4,
// 510, 8, 1 below.
struct TablesLong {
    explicit TablesLong(unsigned levels)
        : context{0x8001'0001,
                  levels == 5 ? 0x1000u : 0x2000u,
                  x86::cr4::PhysicalAddressExtension::mask |
                      (levels == 5 ? x86::cr4::LinearAddress57::mask : 0),
                  x86::efer::LongModeEnable::mask | x86::efer::NoExecuteEnable::mask,
                  0,
                  40},
          address(levels == 5 ? 0x0001'ffff'8100'1234 : 0xffff'ffff'8100'1234)
    {
        memory.put_u64(entry(5), 0x2007);
        memory.put_u64(entry(4), 0x3007);
        memory.put_u64(entry(3), 0x4007);
        memory.put_u64(entry(2), 0x5007);
        memory.put_u64(entry(1), 0x7'7777'7007);
    }
    auto walk(Access access) { return translate(context, memory, address, access); }
    static uint64_t entry(unsigned level)
    {
        constexpr uint64_t kIndices[] = {0, 1, 8, 510, 511, 1};
        return 0x1000 * (6 - level) + 8 * kIndices[level];
    }

    Context context;
    test::TableMemory memory{0x6000};
    VirtAddr address;
};

} // namespace

TEST_CASE("4 KiB pages through four and five levels")
{
    for (unsigned const levels : {4u, 5u}) {
        TablesLong tables(levels);
        auto const result = tables.walk(kUserWrite);
        REQUIRE(result);
        CHECK(result->address == PhysAddr(0x7'7777'7234));
        REQUIRE(result->trace.size() == levels);
        unsigned level = levels;
        for (WalkStep const& step : result->trace) {
            CHECK(step.level == level);
            CHECK(step.entry == PhysAddr(TablesLong::entry(level)));
            CHECK(step.updated == (step.raw | (level == 1 ? 0x60 : 0x20)));
            --level;
        }
    }
}

TEST_CASE("large pages: 2 MiB and 1 GiB, with PAT; no larger")
{
    TablesLong tables(4);
    tables.memory.put_u64(TablesLong::entry(2), 0x2020'1087);
    CHECK(tables.walk(kUserWrite)->address == PhysAddr(0x2020'1234));
    CHECK(tables.walk(kUserWrite)->page_shift == 21);
    tables.memory.put_u64(TablesLong::entry(3), 0xc000'1087);
    CHECK(tables.walk(kUserWrite)->address == PhysAddr(0xc100'1234));
    CHECK(tables.walk(kUserWrite)->page_shift == 30);
    CHECK(tables.walk(kUserWrite)->trace.last().updated == 0xc000'10e7);
    tables.memory.put_u64(TablesLong::entry(3), 0xe000'0087);
    CHECK(tables.walk(kUserWrite).error().error_code == 0xf);
    tables.memory.put_u64(TablesLong::entry(4), 0x3087);
    CHECK(tables.walk(kUserWrite).error().trace.size() == 1);
    CHECK(tables.walk(kUserWrite).error().reason == FaultReason::ReservedBit);
}

TEST_CASE("reserved bits begin at MAXPHYADDR; bits 62:52 are ignored")
{
    TablesLong tables(5);
    for (unsigned level = 1; level <= 5; ++level) {
        TablesLong reserved(5);
        reserved.memory.put_u64(TablesLong::entry(level), 0x100'0000'0007);
        CHECK(reserved.walk(kKernelRead).error().error_code == 9);
        CHECK(reserved.walk(kKernelRead).error().trace.size() == 6 - level);
    }
    tables.memory.put_u64(TablesLong::entry(1), 0x7ff0'0080'0000'5007);
    CHECK(tables.walk(kKernelRead)->address == PhysAddr(0x80'0000'5234));
    tables.memory.put_u64(TablesLong::entry(1), 0x000f'ff00'0000'5007);
    tables.context.physical_bits = 52;
    CHECK(tables.walk(kKernelRead)->address == PhysAddr(0x000f'ff00'0000'5234));
}

TEST_CASE("one NX above forbids fetches from all below")
{
    TablesLong tables(4);
    tables.context.cr4 |= x86::cr4::SupervisorExecutionPrevention::mask;
    CHECK(tables.walk(kKernelFetch).error().reason == FaultReason::Smep);
    tables.memory.put_u64(TablesLong::entry(3), 0x4003);
    CHECK(tables.walk(kKernelFetch));
    tables.memory.put_u64(TablesLong::entry(4), kNx | 0x3007);
    CHECK(tables.walk(kKernelFetch).error().reason == FaultReason::NoExecute);
    CHECK(tables.walk(kKernelFetch).error().error_code == 0x11);
    CHECK(tables.walk(kKernelRead));
}

TEST_CASE("a non-canonical address is #GP(0), or #SS(0) through the stack segment; no walk")
{
    TablesLong tables(4);
    tables.address = VirtAddr(0x0000'8000'0000'0000);
    CHECK(tables.walk(kKernelRead).error().vector == x86::Vector::general_protection);
    CHECK(tables.walk(kKernelRead).error().reason == FaultReason::NonCanonical);
    CHECK(tables.walk(kKernelRead).error().error_code == 0);
    CHECK(tables.walk(kKernelRead).error().trace.empty());
    Access stack = kUserWrite;
    stack.segment = Segment::Stack;
    CHECK(tables.walk(stack).error().vector == x86::Vector::stack_fault);
    tables.address = VirtAddr(0x0000'7fff'ffff'ffff);
    CHECK(tables.walk(stack).error().vector == x86::Vector::page_fault);

    TablesLong deep(5);
    deep.address = VirtAddr(0x0100'0000'0000'0000);
    CHECK(deep.walk(kKernelRead).error().vector == x86::Vector::general_protection);
    deep.address = VirtAddr(0x00ff'ffff'ffff'ffff);
    CHECK(deep.walk(kKernelRead).error().vector == x86::Vector::page_fault);
}
