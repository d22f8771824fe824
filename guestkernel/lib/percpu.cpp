// The per-CPU variables that the library itself needs.
#include "guestkernel/lib/percpu.hpp"

#include "guestkernel/lib/irqflags.hpp"
#include "guestkernel/lib/preempt.hpp"

namespace pagelab::lib {

DEFINE_PER_CPU(unsigned, cpu_number) = 0;
DEFINE_PER_CPU(unsigned, spin_holder) = 1;
DEFINE_PER_CPU(unsigned, __preempt_count) = PREEMPT_ENABLED;

#if __STDC_HOSTED__
DEFINE_PER_CPU(unsigned long, model_flags) = x86::rflags::InterruptEnable::mask;
#endif

[[gnu::weak]] void preempt_schedule() {}

} // namespace pagelab::lib
