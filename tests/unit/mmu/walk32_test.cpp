// 32-bit paging by hand: 4 KiB and 4 MiB pages, PSE-36, each fault, accessed and dirty flags.
#include <doctest/doctest.h>

#include "emu/mmu/tlb_rights.hpp"
#include "emu/mmu/translate.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kWp = x86::cr0::WriteProtect::mask;
constexpr uint64_t kPse = x86::cr4::PageSizeExtensions::mask;
constexpr Access kUserRead{Operation::Read, Requester::User, Segment::Data};
constexpr Access kUserWrite{Operation::Write, Requester::User, Segment::Data};
constexpr Access kUserFetch{Operation::Fetch, Requester::User, Segment::Data};
constexpr Access kKernelWrite{Operation::Write, Requester::Supervisor, Segment::Data};

// Directory at 0x1000, one table at 0x2000; the address 0xc0102abc is entry 0x300, entry 0x102.
struct Tables32 {
    Tables32()
    {
        memory.put_u32(kPde, 0x2007);
        memory.put_u32(kPte, 0x5007);
    }
    auto walk(Access access) { return translate(context, memory, address, access); }

    static constexpr uint64_t kPde = 0x1000 + 0x300 * 4;
    static constexpr uint64_t kPte = 0x2000 + 0x102 * 4;
    Context context{0x8000'0001 | kWp, 0x1018, 0, 0, 0, 40}; // CR3 with PCD and PWT
    test::TableMemory memory{0x3000};
    VirtAddr address{0xc010'2abc};
};

} // namespace

TEST_CASE("a 4 KiB page: address, permissions, trace, updates")
{
    Tables32 tables;
    auto const result = tables.walk(kUserWrite);
    REQUIRE(result);
    CHECK(result->address == PhysAddr(0x5abc));
    CHECK(result->page_shift == 12);
    CHECK(result->permissions == Permissions{true, true, true});
    REQUIRE(result->trace.size() == 2);
    CHECK(result->trace.entry_bytes == 4);
    WalkStep const pde = result->trace.begin()[0];
    CHECK(pde.entry == PhysAddr(Tables32::kPde));
    CHECK(pde.level == 2);
    CHECK(pde.raw == 0x2007);
    CHECK(pde.updated == 0x2027);
    CHECK(result->trace.last().entry == PhysAddr(Tables32::kPte));
    CHECK(result->trace.last().updated == 0x5067);
    CHECK(result->dirty());
}

TEST_CASE("a read leaves the page clean, so a TLB may not allow writes")
{
    Tables32 tables;
    auto const result = tables.walk(kUserRead);
    REQUIRE(result);
    CHECK(result->trace.last().updated == 0x5027);
    CHECK(tlb_rights(tables.context, *result, Requester::User) == TlbRights{true, false, true});
    tables.memory.put_u32(Tables32::kPte, 0x5067);
    auto const dirty = tables.walk(kUserRead);
    REQUIRE(dirty);
    CHECK(!dirty->trace.last().needs_update());
    CHECK(tlb_rights(tables.context, *dirty, Requester::User) == TlbRights{true, true, true});
}

TEST_CASE("not present: the levels above are accessed, the faulting entry is untouched")
{
    Tables32 tables;
    tables.memory.put_u32(Tables32::kPte, 0xffff'fffe);
    auto const result = tables.walk(kUserWrite);
    REQUIRE(!result);
    CHECK(result.error().vector == x86::Vector::page_fault);
    CHECK(result.error().reason == FaultReason::NotPresent);
    CHECK(result.error().error_code == 6);
    CHECK(result.error().address == tables.address);
    REQUIRE(result.error().trace.size() == 2);
    CHECK(result.error().trace.begin()[0].updated == 0x2027);
    CHECK(!result.error().trace.last().needs_update());

    tables.memory.put_u32(Tables32::kPde, 0);
    CHECK(tables.walk(kUserRead).error().error_code == 4);
    CHECK(tables.walk(kUserRead).error().trace.size() == 1);
}

TEST_CASE("rights are those of both levels")
{
    Tables32 tables;
    tables.memory.put_u32(Tables32::kPde, 0x2005);
    CHECK(tables.walk(kUserWrite).error().error_code == 7);
    CHECK(tables.walk(kKernelWrite).error().error_code == 3);
    CHECK(!tables.walk(kKernelWrite).error().trace.last().needs_update());
    tables.context.cr0 &= ~kWp;
    CHECK(tables.walk(kKernelWrite));
    tables.memory.put_u32(Tables32::kPde, 0x2003);
    CHECK(tables.walk(kUserRead).error().error_code == 5);
    CHECK(tables.walk(kUserFetch).error().error_code == 5); // no I/D flag: no NX, no SMEP
    tables.context.cr4 = x86::cr4::SupervisorExecutionPrevention::mask;
    CHECK(tables.walk(kUserFetch).error().error_code == 0x15);
}

TEST_CASE("4 MiB pages need CR4.PSE; PSE-36 gives them 40 address bits")
{
    Tables32 tables;
    tables.memory.put_u32(Tables32::kPde, 0x0040'2087); // address bits 31:22 = 1, 39:32 = 1
    CHECK(tables.walk(kUserRead)->address == PhysAddr(0xffff'fabc)); // a table beyond RAM: all ones
    tables.context.cr4 = kPse;
    auto const result = tables.walk(kUserWrite);
    REQUIRE(result);
    CHECK(result->address == PhysAddr(0x1'0050'2abc));
    CHECK(result->page_shift == 22);
    REQUIRE(result->trace.size() == 1);
    CHECK(result->trace.last().updated == 0x0040'20e7);
}

TEST_CASE("reserved bits of a 4 MiB page: bit 21, and address bits the CPU lacks")
{
    Tables32 tables;
    tables.context.cr4 = kPse;
    tables.memory.put_u32(Tables32::kPde, 0x0060'0087);
    CHECK(tables.walk(kUserRead).error().error_code == 0xd);
    CHECK(tables.walk(kUserRead).error().reason == FaultReason::ReservedBit);
    tables.memory.put_u32(Tables32::kPde, 0x0042'0087);
    CHECK(tables.walk(kUserRead));
    tables.context.physical_bits = 36;
    CHECK(tables.walk(kKernelWrite).error().error_code == 0xb);
}

TEST_CASE("the linear address is 32 bits wide")
{
    Tables32 tables;
    tables.address = VirtAddr(0x7'c010'2abc);
    CHECK(tables.walk(kUserRead)->address == PhysAddr(0x5abc));
}
