// The self-tests, run in the kernel that they test; see guestkernel/selftest/.
//
//   selftest=SUITE|all [selftest_seed=N] [selftest_steps=N]     boot options
#pragma once

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// Runs what the command line asks for and powers off, with status 0 or 1 (a test failed). Returns
// if it asks for nothing; an error if there is no such suite.
lib::Result<> selftest_boot_option(char const* command_line);

} // namespace pagelab::kernel
