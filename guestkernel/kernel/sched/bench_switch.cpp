// A loop to time: from one thread to another and back, by yield().
#include "guestkernel/kernel/bench.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

namespace {

int yield_until_stopped(void*)
{
    while (!kthread_should_stop())
        yield();
    return 0;
}

task_struct* partner;

} // namespace

lib::Result<> prepare_switch(uint64_t)
{
    partner = kthread_create(yield_until_stopped, nullptr, "partner");
    if (partner == nullptr)
        return lib::Error{"no memory for a thread"};
    kthread_bind(*partner, arch::smp_processor_id());
    wake_up_process(*partner);
    for (unsigned i = 0; i < 8; i++) // kthreadd and others have their turns now
        yield();
    return {};
}

void switch_threads(uint64_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++)
        yield();
}

} // namespace pagelab::kernel
