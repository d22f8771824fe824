// Which code delivery pushes, and which access a code tells of.
#include "emu/mmu/error_code.hpp"

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::mmu;

TEST_CASE("the walker's code wins where it faults as well")
{
    Fault fault;
    fault.error_code = 7;
    CHECK(correct_error_code(6, std::unexpected(fault)) == 7);
    fault.vector = x86::Vector::general_protection;
    CHECK(correct_error_code(6, std::unexpected(fault)) == 6);
    CHECK(correct_error_code(6, Translation()) == 6);
}

TEST_CASE("the access behind a code")
{
    CHECK(access_of(0).operation == Operation::Read);
    CHECK(access_of(0).requester == Requester::Supervisor);
    CHECK(access_of(6).operation == Operation::Write);
    CHECK(access_of(7).requester == Requester::User);
    CHECK(access_of(0x15).operation == Operation::Fetch);
}
