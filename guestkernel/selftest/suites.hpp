// The suites, one for each part of the memory manager, and of the CPUs.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

extern suite const kPageSuite;       // page_suite.cpp
extern suite const kSlabSuite;       // slab_suite.cpp
extern suite const kKmallocSuite;    // kmalloc_suite.cpp
extern suite const kVmallocSuite;    // vmalloc_suite.cpp
extern suite const kKmapSuite;       // kmap_suite.cpp
extern suite const kPercpuSuite;     // percpu_suite.cpp
extern suite const kSmpSuite;        // smp_suite.cpp
extern suite const kSmpThreadsSuite; // smp_threads_suite.cpp

} // namespace pagelab::selftest
