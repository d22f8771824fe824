// The thread, and who wakes it.
#include "guestkernel/kernel/kswapd.hpp"

#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/mm/vmscan.hpp"

namespace pagelab::kernel {

namespace {

wait_queue_head kswapd_wait = {{}, {&kswapd_wait.head, &kswapd_wait.head}};

int kswapd(void*)
{
    get_current().flags |= PF_KSWAPD;
    for (;;) {
        wait_event(
            kswapd_wait, [] { return mm::kswapd_is_wanted(node()); }, TASK_INTERRUPTIBLE);
        mm::kswapd_run(node());
    }
}

kthread_request kswapd0 = {
    .threadfn = kswapd,
    .data = nullptr,
    .name = "kswapd0",
    .cpus = kAllCpus,
    .is_queued = false,
    .entry = {},
};

} // namespace

void kswapd_start()
{
    request_kthread(kswapd0);
}

void wake_kswapd()
{
    wake_up_interruptible(kswapd_wait);
}

} // namespace pagelab::kernel
