// Forgetting translations of kernel addresses, on all CPUs: TLB shootdown.
//
// When they return, no CPU uses what the page tables said before. Where several CPUs run,
// interrupts must be on (see smp.hpp). Source: Linux 6.1 arch/x86/mm/tlb.c.
#pragma once

namespace pagelab::kernel {

void flush_tlb_all();
void flush_tlb_kernel_range(unsigned long start, unsigned long end); // end is exclusive

} // namespace pagelab::kernel
