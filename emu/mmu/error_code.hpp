// The error code exception delivery pushes for a page fault, given the CPU's and the walker's.
//
// Unicorn (QEMU's TCG of 5.0) agrees with the SDM on the code of every page fault it raises, as
// tests/model proves case by case; protection keys, which we do not offer, are the exception. It
// hides the code, however, in a private field of its state. Where the walk of the same access
// faults too, its code is the one the SDM defines and is pushed; where it does not (the entry was
// mended between the fault and the walk, say by another processor), the CPU's stands.
#pragma once

#include <cstdint>
#include <expected>

#include "emu/mmu/fault.hpp"

namespace pagelab::mmu {

inline uint32_t correct_error_code(uint32_t reported,
                                   std::expected<Translation, Fault> const& walked)
{
    bool const faults = !walked && walked.error().vector == x86::Vector::page_fault;
    return faults ? walked.error().error_code : reported;
}

// The access that a page fault's error code tells of. Fetches are told only when the paging mode
// reports them; else they read as Read, which yields the same code.
inline Access access_of(uint32_t error_code)
{
    namespace code = x86::page_fault_code;
    Operation operation = Operation::Read;
    if (code::Write::is_set(error_code))
        operation = Operation::Write;
    else if (code::InstructionFetch::is_set(error_code))
        operation = Operation::Fetch;
    Requester const requester =
        code::User::is_set(error_code) ? Requester::User : Requester::Supervisor;
    return {operation, requester, Segment::Data};
}

} // namespace pagelab::mmu
