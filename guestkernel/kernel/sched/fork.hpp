// The life of a task: made, found, ended, buried.
//
// A task is a task_struct of the cache of that name, and a stack with a guard page (stacks.hpp).
// One that ends cannot free the stack it runs on: kthreadd does, when the CPU has left it. Its
// task_struct goes with the last reference: get_task_struct() keeps it.
//
//   0  swapper/N, the idle tasks     1  the console's thread     2  kthreadd
//
// The first two and the boot thread's are in the image; the rest is made when the first thread is:
// a boot that needs no other thread does not pay for them.
// Source: Linux 6.1 kernel/fork.c, kernel/exit.c, init/init_task.c.
#pragma once

#include "guestkernel/kernel/sched/task.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

extern task_struct init_task; // swapper/0

// The boot thread leaves the boot stack, which becomes the idle task's, and goes on in `function`
// as task 1 on a stack of THREAD_SIZE.
lib::Result<> rest_init(void (*function)());

// A sleeping task that will run function(argument) when wake_up_new_task() is called.
lib::Result<task_struct*> create_task(char const* name, unsigned flags, void (*function)(void*),
                                      void* argument);

// The idle task of another CPU: it is current there from the beginning, and the CPU starts on its
// stack.
lib::Result<task_struct*> fork_idle(unsigned cpu);

// The current task ends. Its exit code is what those see who wait for it.
[[noreturn]] void do_exit(long code);

// The same after an oops: panics where nothing can go on.
[[noreturn]] void make_task_dead(int signal);

void get_task_struct(task_struct& p);
void put_task_struct(task_struct& p);

// The task of this number, with a reference for the caller; null: none.
task_struct* find_get_task_by_pid(int pid);

// Calls `function` for each task, by age, with the list locked.
void for_each_process(void (*function)(void* context, task_struct& p), void* context);

unsigned nr_threads(); // but the idle ones

} // namespace pagelab::kernel
