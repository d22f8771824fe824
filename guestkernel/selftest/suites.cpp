// The table of suites, in the order in which they run: what a suite needs comes before it.
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

suite const* const kSuites[] = {&kPageSuite, &kSlabSuite,   &kKmallocSuite, &kVmallocSuite,
                                &kKmapSuite, &kPercpuSuite, &kSmpSuite,     &kSmpThreadsSuite};
unsigned const nr_suites = sizeof(kSuites) / sizeof(kSuites[0]);

} // namespace pagelab::selftest
