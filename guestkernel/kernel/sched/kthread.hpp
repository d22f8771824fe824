// Kernel threads that can be asked to stop, or to pause.
//
//   task_struct* p = kthread_run(work, data, "worker/%d", 3);     null: no memory
//   int work(void* data) { while (!kthread_should_stop()) msleep(500); return 0; }
//   int result = kthread_stop(p);
//
// A thread that ends by itself is gone: who wants to stop it later takes a reference first.
// Source: Linux 6.1 include/linux/kthread.h, kernel/kthread.c.
#pragma once

#include "guestkernel/kernel/sched/task.hpp"

namespace pagelab::kernel {

// It sleeps until wake_up_process(); kthread_run() does that too. The name is cut to 15 characters.
[[gnu::format(printf, 3, 4)]] task_struct* kthread_create(int (*threadfn)(void* data), void* data,
                                                          char const* format, ...);
[[gnu::format(printf, 3, 4)]] task_struct* kthread_run(int (*threadfn)(void* data), void* data,
                                                       char const* format, ...);

// Before it first runs: it stays on that CPU.
void kthread_bind(task_struct& p, unsigned cpu);

// Wakes it and waits until it has ended. What its function returned; -EINTR if it never ran.
int kthread_stop(task_struct& p);
bool kthread_should_stop();

// It sleeps in kthread_parkme(), which it calls when it finds that it should; 0, or -ENOSYS for one
// that is ending.
int kthread_park(task_struct& p);
void kthread_unpark(task_struct& p);
bool kthread_should_park();
void kthread_parkme();

void* kthread_data(task_struct& p);

} // namespace pagelab::kernel
