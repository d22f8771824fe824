// What keeps this CPU from changing to another thread, counted in one per-CPU word.
//
//   bits  7:0   preempt_disable(), spinlocks held
//   bits 15:8   softirq
//   bits 19:16  hardirq
//   bits 23:20  NMI
//   bit  31     0: the scheduler wants to run (inverted: need_resched)
//
// The word is 0 if and only if a thread may be preempted and should be, which one decrement tells.
//
// Source: Linux 6.1 include/linux/preempt.h, arch/x86/include/asm/preempt.h.
#pragma once

#include "guestkernel/lib/percpu.hpp"

namespace pagelab::lib {

inline constexpr unsigned PREEMPT_OFFSET = 1u << 0;
inline constexpr unsigned SOFTIRQ_OFFSET = 1u << 8;
inline constexpr unsigned HARDIRQ_OFFSET = 1u << 16;
inline constexpr unsigned NMI_OFFSET = 1u << 20;
inline constexpr unsigned PREEMPT_MASK = 0xffu * PREEMPT_OFFSET;
inline constexpr unsigned SOFTIRQ_MASK = 0xffu * SOFTIRQ_OFFSET;
inline constexpr unsigned HARDIRQ_MASK = 0xfu * HARDIRQ_OFFSET;
inline constexpr unsigned NMI_MASK = 0xfu * NMI_OFFSET;
inline constexpr unsigned PREEMPT_NEED_RESCHED = 1u << 31;
inline constexpr unsigned PREEMPT_ENABLED = PREEMPT_NEED_RESCHED; // and no wish to reschedule

extern "C" {
DECLARE_PER_CPU(unsigned, __preempt_count);
// Called with the word at 0; runs another thread if interrupts are on. The library's own, which
// does nothing, is weak: the scheduler replaces it.
void preempt_schedule();
}

// For the compiler only: what stands before is done before what stands behind.
inline void barrier()
{
    asm volatile("" : : : "memory");
}

inline unsigned preempt_count()
{
    return this_cpu_read(__preempt_count) & ~PREEMPT_NEED_RESCHED;
}

inline void preempt_count_add(unsigned value)
{
    this_cpu_add(__preempt_count, value);
    barrier();
}

inline void preempt_count_sub(unsigned value)
{
    barrier();
    this_cpu_add(__preempt_count, 0u - value);
}

inline void set_preempt_need_resched()
{
    this_cpu_and(__preempt_count, ~PREEMPT_NEED_RESCHED);
}

inline void clear_preempt_need_resched()
{
    this_cpu_or(__preempt_count, PREEMPT_NEED_RESCHED);
}

inline bool test_preempt_need_resched()
{
    return (this_cpu_read(__preempt_count) & PREEMPT_NEED_RESCHED) == 0;
}

// Whether the scheduler wants to run and only `offset` of the count is in its way.
inline bool should_resched(unsigned offset)
{
    return this_cpu_read(__preempt_count) == offset;
}

inline void preempt_disable()
{
    this_cpu_inc(__preempt_count);
    barrier();
}

inline void preempt_enable_no_resched()
{
    preempt_count_sub(PREEMPT_OFFSET);
}

inline void preempt_enable()
{
    if (this_cpu_dec_and_test(__preempt_count)) [[unlikely]]
        preempt_schedule();
}

inline bool in_hardirq()
{
    return (preempt_count() & HARDIRQ_MASK) != 0;
}

inline bool in_interrupt()
{
    return (preempt_count() & (HARDIRQ_MASK | SOFTIRQ_MASK | NMI_MASK)) != 0;
}

inline bool in_task()
{
    return !in_interrupt();
}

// Whether sleeping is forbidden (interrupts that are off forbid it too).
inline bool in_atomic()
{
    return preempt_count() != 0;
}

} // namespace pagelab::lib
