// The processors: /proc/cpuinfo.
//
// All are alike but for their place; what CPUID says is asked of the one that is reading. Threads
// of one core are not told apart. Source: Linux 6.1 arch/x86/kernel/cpu/proc.c (show_cpuinfo).
#pragma once

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

void show_cpuinfo(lib::seq_file& m);

// Millions of turns of Linux' delay loop a second, times 100: two turns a tick of the TSC.
unsigned long bogomips_times_100();

} // namespace pagelab::kernel
