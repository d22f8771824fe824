// The table of modes, SDM volume 3, table 4-1; and translation without paging.
#include "emu/mmu/paging_mode.hpp"

#include <doctest/doctest.h>

#include <string>

#include "emu/mmu/tlb_rights.hpp"
#include "emu/mmu/translate.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kPg = 0x8000'0001;
constexpr uint64_t kPae = 0x20;
constexpr uint64_t kLa57 = 0x1000;
constexpr uint64_t kLme = 0x100;

} // namespace

TEST_CASE("the five paging modes")
{
    CHECK(paging_mode({1, 0, kPae | kLa57, kLme, 0}) == PagingMode::None);
    CHECK(paging_mode({kPg, 0, 0, 0, 0}) == PagingMode::Bits32);
    CHECK(paging_mode({kPg, 0, kPae, 0, 0}) == PagingMode::Pae);
    CHECK(paging_mode({kPg, 0, kPae | kLa57, 0, 0}) == PagingMode::Pae);
    CHECK(paging_mode({kPg, 0, kPae, kLme, 0}) == PagingMode::Level4);
    CHECK(paging_mode({kPg, 0, kPae | kLa57, kLme, 0}) == PagingMode::Level5);
}

TEST_CASE("levels and names")
{
    CHECK(level_count(PagingMode::None) == 0);
    CHECK(level_count(PagingMode::Pae) == 3);
    CHECK(level_count(PagingMode::Level5) == 5);
    CHECK(std::string(name(PagingMode::Level4)) == "4-level");
}

TEST_CASE("without paging a linear address is a physical address of 32 bits, and all is allowed")
{
    test::TableMemory const memory(0);
    Context context;
    context.cr4 =
        x86::cr4::SupervisorAccessPrevention::mask | x86::cr4::SupervisorExecutionPrevention::mask;
    auto const result = translate(context, memory, VirtAddr(0x1'0020'0abc),
                                  {Operation::Write, Requester::User, Segment::Data});
    REQUIRE(result);
    CHECK(result->address == PhysAddr(0x20'0abc));
    CHECK(result->page_shift == 12);
    CHECK(result->trace.empty());
    for (Requester const requester : {Requester::User, Requester::Supervisor})
        CHECK(tlb_rights(context, *result, requester) == TlbRights{true, true, true});
}
