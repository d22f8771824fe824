// The suites, one for each part of the memory manager.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

extern suite const kPageSuite; // page_suite.cpp

} // namespace pagelab::selftest
