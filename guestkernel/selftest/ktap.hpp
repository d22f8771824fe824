// Suites run and reported as text: KTAP version 1, a suite being a test with subtests.
//
//   KTAP version 1
//   1..1
//     KTAP version 1
//     # Subtest: page
//     1..2
//     ok 1 random
//     # no_overlap: page_suite.cpp:41, step 17: !is_held(model, pfn)
//     not ok 2 no_overlap
//   not ok 1 page
//
// Source: Linux 6.1 Documentation/dev-tools/ktap.rst.
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

struct totals {
    unsigned suites = 0; // that ran: 0 if none is called so
    unsigned failed = 0; // tests
};

// Runs the suite of this name, or all if it is "all". Each line is flushed when it is known.
totals run_suites(char const* name, subject& on, run_options const& options, lib::seq_file& m);

} // namespace pagelab::selftest
