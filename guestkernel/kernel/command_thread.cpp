// A kernel thread, and waiting for it.
#include "guestkernel/kernel/command_thread.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/errno.hpp"

namespace pagelab::kernel {

namespace {

struct job {
    int (*function)(void* data);
    void* data;
    bool finished;
    int result;
};

int run_job(void* data)
{
    job& j = *static_cast<job*>(data);
    j.result = j.function(j.data);
    j.finished = true;
    return 0;
}

} // namespace

int run_in_thread(char const* name, int (*function)(void* data), void* data)
{
    job j = {function, data, false, -EINTR};
    task_struct* const thread = kthread_create(run_job, &j, "%s", name);
    if (thread == nullptr)
        return -ENOMEM;
    get_task_struct(*thread);
    wake_up_process(*thread);
    wait_for_completion(thread->exited);
    put_task_struct(*thread);
    if (!j.finished)
        console_puts("Killed\n");
    return j.result;
}

} // namespace pagelab::kernel
