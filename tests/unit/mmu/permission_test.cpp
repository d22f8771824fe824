// Access rights, clause by clause of SDM volume 3, section 4.6.1.
#include "emu/mmu/permission.hpp"

#include <doctest/doctest.h>

#include <string>

#include "guestkernel/abi/x86/rflags.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kWp = x86::cr0::WriteProtect::mask;
constexpr uint64_t kSmep = x86::cr4::SupervisorExecutionPrevention::mask;
constexpr uint64_t kSmap = x86::cr4::SupervisorAccessPrevention::mask;
constexpr uint64_t kAc = x86::rflags::AlignmentCheck::mask;

constexpr Permissions kUserPage{true, true, true};
constexpr Permissions kKernelPage{true, false, true};

constexpr auto kRead = Operation::Read;
constexpr auto kWrite = Operation::Write;
constexpr auto kFetch = Operation::Fetch;
constexpr auto kUser = Requester::User;
constexpr auto kSupervisor = Requester::Supervisor;
constexpr auto kImplicit = Requester::ImplicitSupervisor;

Context context_of(uint64_t cr0, uint64_t cr4, uint64_t rflags = 0)
{
    return {cr0, 0, cr4, 0, rflags, 40};
}

std::optional<FaultReason> verdict(Context const& context, Permissions permissions,
                                   Operation operation, Requester requester)
{
    return denied(context, permissions, {operation, requester, Segment::Data});
}

} // namespace

TEST_CASE("user accesses")
{
    Context const plain;
    CHECK(!verdict(plain, kUserPage, kRead, kUser));
    CHECK(!verdict(plain, kUserPage, kWrite, kUser));
    CHECK(!verdict(plain, kUserPage, kFetch, kUser));
    for (Operation const operation : {kRead, kWrite, kFetch})
        CHECK(verdict(plain, kKernelPage, operation, kUser) == FaultReason::SupervisorPage);
    CHECK(verdict(plain, {false, true, true}, kWrite, kUser) == FaultReason::ReadOnly);
    CHECK(!verdict(plain, {false, true, true}, kRead, kUser));
    CHECK(verdict(plain, {true, true, false}, kFetch, kUser) == FaultReason::NoExecute);
    CHECK(!verdict(context_of(0, kSmep | kSmap), kUserPage, kFetch, kUser));
    CHECK(!verdict(context_of(0, kSmep | kSmap), kUserPage, kRead, kUser));
}

TEST_CASE("CR0.WP decides supervisor writes to read-only pages of either kind")
{
    for (bool const user : {false, true}) {
        Permissions const read_only{false, user, true};
        CHECK(!verdict(context_of(0, 0), read_only, kWrite, kSupervisor));
        CHECK(verdict(context_of(kWp, 0), read_only, kWrite, kSupervisor) == FaultReason::ReadOnly);
        CHECK(!verdict(context_of(kWp, 0), read_only, kRead, kSupervisor));
    }
}

TEST_CASE("CR4.SMEP stops supervisor fetches from user pages only")
{
    CHECK(verdict(context_of(0, kSmep), kUserPage, kFetch, kSupervisor) == FaultReason::Smep);
    CHECK(!verdict(context_of(0, kSmep), kKernelPage, kFetch, kSupervisor));
    CHECK(!verdict(context_of(0, kSmap), kUserPage, kFetch, kSupervisor));
    CHECK(verdict(context_of(0, 0), {true, false, false}, kFetch, kSupervisor) ==
          FaultReason::NoExecute);
}

TEST_CASE("CR4.SMAP stops supervisor reads and writes of user pages, RFLAGS.AC excuses explicit")
{
    for (Operation const operation : {kRead, kWrite}) {
        CHECK(verdict(context_of(0, kSmap), kUserPage, operation, kSupervisor) ==
              FaultReason::Smap);
        CHECK(!verdict(context_of(0, kSmap), kKernelPage, operation, kSupervisor));
        CHECK(!verdict(context_of(0, kSmap, kAc), kUserPage, operation, kSupervisor));
        CHECK(!verdict(context_of(0, 0), kUserPage, operation, kImplicit));
        CHECK(verdict(context_of(0, kSmap, kAc), kUserPage, operation, kImplicit) ==
              FaultReason::Smap);
    }
    CHECK(verdict(context_of(kWp, kSmap, kAc), {false, true, true}, kWrite, kSupervisor) ==
          FaultReason::ReadOnly);
}

TEST_CASE("every reason has its name")
{
    CHECK(std::string(name(FaultReason::NonCanonical)) == "non-canonical address");
    CHECK(std::string(name(FaultReason::Smap)) == "SMAP");
}
