// What CPUID says a processor can do, by the names of /proc/cpuinfo.
//
// Source: Linux 6.1 arch/x86/include/asm/cpufeatures.h, words 0, 1, 4, 6 and 9; what Linux gives no
// name is left out, as are the features it makes up itself.
#pragma once

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

void show_cpu_flags(lib::seq_file& m); // of this CPU, each with a space before it

} // namespace pagelab::kernel
