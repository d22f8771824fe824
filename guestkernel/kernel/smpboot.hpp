// Bringing up the other CPUs, one after the other.
//
//   this CPU:   INIT, start-up IPI ------>            waits ------------------> next one
//   the other:                           trampoline -> start_secondary -> online -> its idle loop
//
// Options: maxcpus=N (bring up no more than N), see mpparse.hpp for others.
// Source: Linux 6.1 kernel/smp.c (smp_init), arch/x86/kernel/smpboot.c.
#pragma once

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// On the boot CPU, when interrupts are on and memory can be allocated. With one CPU it does
// nothing. A CPU that does not answer is reported, and left alone.
lib::Result<> smp_init(char const* command_line);

} // namespace pagelab::kernel
