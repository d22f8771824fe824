// Locks of what CPUs write to: a spinlock with interrupts off that output can never die of.
//
// A CPU that holds one takes it again for nothing: it faulted in the middle of a line, or a report
// calls another. After bust_output_locks() nobody waits for long: the holder may be a CPU that was
// stopped. Linux' printk_cpu_sync and bust_spinlocks (kernel/printk/printk.c,
// lib/bust_spinlocks.c).
#pragma once

#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::kernel {

// Holds `lock` while it lives, interrupts off.
class output_guard {
  public:
    explicit output_guard(lib::spinlock_t& lock);
    ~output_guard();
    output_guard(output_guard const&) = delete;
    output_guard& operator=(output_guard const&) = delete;

  private:
    lib::spinlock_t& lock_;
    unsigned long flags_;
    bool is_ours_;
};

// Of reports of many lines, so that those of two CPUs do not mix: an oops, a warning, a stack.
extern lib::spinlock_t report_lock;

void bust_output_locks(); // by the CPU that panics

} // namespace pagelab::kernel
