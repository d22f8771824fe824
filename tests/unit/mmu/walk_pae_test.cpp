// PAE paging by hand: PDPTEs without rights, NX, 2 MiB pages, each kind of reserved bit.
#include <doctest/doctest.h>

#include "emu/mmu/translate.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kNx = uint64_t{1} << 63;
constexpr Access kUserWrite{Operation::Write, Requester::User, Segment::Data};
constexpr Access kUserFetch{Operation::Fetch, Requester::User, Segment::Data};

// PDPT at 0x1020 (32-byte aligned), directory at 0x2000, table at 0x3000; address 0xc0402123.
struct TablesPae {
    TablesPae()
    {
        memory.put_u64(kPdpte, 0x2001);
        memory.put_u64(kPde, 0x3007);
        memory.put_u64(kPte, 0x12'3456'7007);
    }
    auto walk(Access access) { return translate(context, memory, address, access); }
    uint32_t error_code(uint64_t entry, uint64_t value)
    {
        memory.put_u64(entry, value);
        auto const result = walk(kUserWrite);
        return result ? 0xffff'ffff : result.error().error_code;
    }

    static constexpr uint64_t kPdpte = 0x1020 + 3 * 8;
    static constexpr uint64_t kPde = 0x2000 + 2 * 8;
    static constexpr uint64_t kPte = 0x3000 + 2 * 8;
    Context context{0x8001'0001,
                    0x1020,
                    x86::cr4::PhysicalAddressExtension::mask,
                    x86::efer::NoExecuteEnable::mask,
                    0,
                    40};
    test::TableMemory memory{0x4000};
    VirtAddr address{0xc040'2123};
};

} // namespace

TEST_CASE("a 4 KiB page above 4 GiB; the PDPTE has no rights and no accessed flag")
{
    TablesPae tables;
    auto const result = tables.walk(kUserWrite);
    REQUIRE(result);
    CHECK(result->address == PhysAddr(0x12'3456'7123));
    REQUIRE(result->trace.size() == 3);
    CHECK(result->trace.entry_bytes == 8);
    CHECK(result->trace.begin()[0].entry == PhysAddr(TablesPae::kPdpte));
    CHECK(!result->trace.begin()[0].needs_update());
    CHECK(result->trace.begin()[1].updated == 0x3027);
    CHECK(result->trace.last().updated == 0x12'3456'7067);
}

TEST_CASE("NX at either level, with EFER.NXE; without it bit 63 is reserved")
{
    TablesPae tables;
    tables.memory.put_u64(TablesPae::kPde, kNx | 0x3007);
    CHECK(tables.walk(kUserWrite));
    CHECK(tables.walk(kUserFetch).error().error_code == 0x15);
    CHECK(tables.walk(kUserFetch).error().reason == FaultReason::NoExecute);
    tables.context.efer = 0;
    CHECK(tables.walk(kUserFetch).error().error_code == 0xd);
    CHECK(tables.walk(kUserWrite).error().error_code == 0xf);
}

TEST_CASE("a 2 MiB page, its PAT bit, its reserved bits")
{
    TablesPae tables;
    tables.memory.put_u64(TablesPae::kPde, 0x1'0060'1087); // PAT is bit 12
    auto const result = tables.walk(kUserWrite);
    REQUIRE(result);
    CHECK(result->address == PhysAddr(0x1'0060'2123));
    CHECK(result->page_shift == 21);
    CHECK(result->trace.last().updated == 0x1'0060'10e7);
    CHECK(tables.error_code(TablesPae::kPde, 0x0010'0087) == 0xf);
    CHECK(tables.error_code(TablesPae::kPde, 0x2087) == 0xf);
}

TEST_CASE("reserved bits at each level")
{
    for (unsigned const bit : {40, 51, 52, 62}) {
        CHECK(TablesPae().error_code(TablesPae::kPte, 0x5007 | uint64_t{1} << bit) == 0xf);
        CHECK(TablesPae().error_code(TablesPae::kPde, 0x3007 | uint64_t{1} << bit) == 0xf);
    }
    for (unsigned const bit : {1, 2, 5, 6, 7, 8, 40, 62, 63})
        CHECK(TablesPae().error_code(TablesPae::kPdpte, 0x2001 | uint64_t{1} << bit) == 0xf);
    CHECK(TablesPae().error_code(TablesPae::kPdpte, 0x2e19) == 0xffff'ffff); // ignored, PWT, PCD
    CHECK(TablesPae().error_code(TablesPae::kPte, kNx | uint64_t{1} << 40) == 6); // not present
}

TEST_CASE("loaded PDPTEs are walked from, whatever memory says by now")
{
    TablesPae tables;
    tables.context.pdptes = read_pdptes(tables.memory, tables.context.cr3);
    CHECK((*tables.context.pdptes)[3] == 0x2001);
    tables.memory.put_u64(TablesPae::kPdpte, 0);
    auto const result = tables.walk(kUserWrite);
    REQUIRE(result);
    CHECK(result->trace.begin()[0].raw == 0x2001);
    CHECK(result->trace.begin()[0].entry == PhysAddr(TablesPae::kPdpte));
    tables.context.pdptes = std::nullopt;
    CHECK(tables.walk(kUserWrite).error().reason == FaultReason::NotPresent);
}

TEST_CASE("PDPTEs that may be loaded: no reserved bit in a present one")
{
    x86::PagingRules const rules{0, 0, 40};
    CHECK(are_valid({0x2001, 0, 0x3e19, 0xff'ffff'f001}, rules));
    for (unsigned const bit : {1, 2, 5, 6, 7, 8, 40, 51, 52, 62, 63}) {
        CHECK(!are_valid({1, 1, 1, uint64_t{1} | uint64_t{1} << bit}, rules));
        CHECK(are_valid({uint64_t{1} << bit, 0, 0, 0}, rules));
    }
}
