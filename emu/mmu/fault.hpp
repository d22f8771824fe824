// Translation and Fault: the two outcomes of a walk, both with its trace.
//
// Source: Intel SDM volume 3, section 4.7 (error code), volume 1, section 3.3.7.1 (canonical).
#pragma once

#include <cstdint>

#include "emu/mmu/permission.hpp"
#include "emu/mmu/walk_trace.hpp"
#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/x86/page_fault_code.hpp"
#include "guestkernel/abi/x86/vectors.hpp"

namespace pagelab::mmu {

struct Translation {
    PhysAddr address;         // of the byte asked for
    unsigned page_shift = 12; // 12, 21, 22 or 30
    Permissions permissions;
    WalkTrace trace;

    // Whether the leaf is dirty after this access: only then may a TLB entry allow writes.
    bool dirty() const { return trace.empty() || x86::pte::Dirty::is_set(trace.last().updated); }
};

struct Fault {
    x86::Vector vector = x86::Vector::page_fault; // or general_protection, stack_fault
    FaultReason reason = FaultReason::NotPresent;
    uint32_t error_code = 0; // as pushed
    VirtAddr address;        // CR2, if a page fault
    WalkTrace trace;         // accessed flags of the levels above the fault are still to be set
};

// The error code of a page fault for `reason`, which is not NonCanonical.
inline uint32_t page_fault_error_code(Context const& context, Access access, FaultReason reason)
{
    namespace code = x86::page_fault_code;
    bool const reports_fetch = x86::cr4::SupervisorExecutionPrevention::is_set(context.cr4) ||
                               (x86::cr4::PhysicalAddressExtension::is_set(context.cr4) &&
                                x86::efer::NoExecuteEnable::is_set(context.efer));
    uint64_t const value =
        code::Present::make(reason != FaultReason::NotPresent) |
        code::Write::make(access.operation == Operation::Write) |
        code::User::make(access.requester == Requester::User) |
        code::Reserved::make(reason == FaultReason::ReservedBit) |
        code::InstructionFetch::make(access.operation == Operation::Fetch && reports_fetch);
    return static_cast<uint32_t>(value);
}

} // namespace pagelab::mmu
