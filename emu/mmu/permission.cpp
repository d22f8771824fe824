// Section 4.6.1 of the SDM, user and supervisor accesses apart.
#include "emu/mmu/permission.hpp"

#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::mmu {

namespace {

std::optional<FaultReason> denied_user(Permissions permissions, Operation operation)
{
    if (!permissions.user)
        return FaultReason::SupervisorPage;
    if (operation == Operation::Write && !permissions.writable)
        return FaultReason::ReadOnly;
    if (operation == Operation::Fetch && !permissions.executable)
        return FaultReason::NoExecute;
    return {};
}

bool smap_forbids(Context const& context, Requester requester)
{
    bool const excused =
        requester == Requester::Supervisor && x86::rflags::AlignmentCheck::is_set(context.rflags);
    return x86::cr4::SupervisorAccessPrevention::is_set(context.cr4) && !excused;
}

std::optional<FaultReason> denied_supervisor(Context const& context, Permissions permissions,
                                             Access access)
{
    if (access.operation == Operation::Fetch) {
        if (permissions.user && x86::cr4::SupervisorExecutionPrevention::is_set(context.cr4))
            return FaultReason::Smep;
        if (!permissions.executable)
            return FaultReason::NoExecute;
        return {};
    }
    if (permissions.user && smap_forbids(context, access.requester))
        return FaultReason::Smap;
    if (access.operation == Operation::Write && !permissions.writable &&
        x86::cr0::WriteProtect::is_set(context.cr0))
        return FaultReason::ReadOnly;
    return {};
}

} // namespace

std::optional<FaultReason> denied(Context const& context, Permissions permissions, Access access)
{
    if (access.requester == Requester::User)
        return denied_user(permissions, access.operation);
    return denied_supervisor(context, permissions, access);
}

char const* name(FaultReason reason)
{
    constexpr char const* kNames[] = {"non-canonical address",
                                      "not present",
                                      "reserved bit",
                                      "supervisor page",
                                      "read-only",
                                      "no execute",
                                      "SMEP",
                                      "SMAP"};
    return kNames[static_cast<unsigned>(reason)];
}

} // namespace pagelab::mmu
