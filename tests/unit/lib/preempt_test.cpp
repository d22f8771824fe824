#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::lib {

namespace {

thread_local int times_scheduled;

} // namespace

void preempt_schedule()
{
    times_scheduled++;
}

void spin_bug(spinlock_t&, char const* what)
{
    throw std::runtime_error(what);
}

TEST_CASE("the scheduler is called when the count reaches 0, if it wants to run")
{
    CHECK(preempt_count() == 0);
    preempt_disable();
    preempt_disable();
    CHECK(preempt_count() == 2);
    CHECK(in_atomic());
    preempt_enable();
    preempt_enable();
    CHECK(times_scheduled == 0);

    preempt_disable();
    set_preempt_need_resched();
    CHECK(test_preempt_need_resched());
    CHECK(preempt_count() == 1);
    CHECK(should_resched(PREEMPT_OFFSET));
    preempt_enable();
    CHECK(times_scheduled == 1);

    preempt_disable();
    preempt_enable_no_resched();
    CHECK(times_scheduled == 1);
    clear_preempt_need_resched();
    CHECK_FALSE(test_preempt_need_resched());
    preempt_disable();
    preempt_enable();
    CHECK(times_scheduled == 1);
    times_scheduled = 0;
}

TEST_CASE("interrupts are counted in fields of their own")
{
    preempt_count_add(HARDIRQ_OFFSET);
    CHECK(in_hardirq());
    CHECK(preempt_count() == 0x10000);
    preempt_count_sub(HARDIRQ_OFFSET);
    preempt_count_add(SOFTIRQ_OFFSET);
    CHECK_FALSE(in_hardirq());
    CHECK(in_interrupt());
    CHECK(preempt_count() == 0x100);
    preempt_count_sub(SOFTIRQ_OFFSET);
    CHECK(in_task());
    CHECK_FALSE(in_atomic());
}

TEST_CASE("interrupts become what they were")
{
    unsigned long outer, inner;
    CHECK_FALSE(irqs_disabled());
    local_irq_save(outer);
    CHECK(irqs_disabled());
    local_irq_save(inner);
    local_irq_restore(inner);
    CHECK(irqs_disabled());
    local_irq_restore(outer);
    CHECK_FALSE(irqs_disabled());
}

TEST_CASE("a lock is taken once, with preemption off")
{
    spinlock_t lock = {};
    spin_lock(lock);
    CHECK(spin_is_locked(lock));
    CHECK(spin_is_held(lock));
    CHECK(preempt_count() == 1);
    CHECK_FALSE(spin_trylock(lock));
    CHECK(preempt_count() == 1);
    spin_unlock(lock);
    CHECK_FALSE(spin_is_locked(lock));
    CHECK(preempt_count() == 0);

    unsigned long flags, more_flags;
    spin_lock_irqsave(lock, flags);
    CHECK(irqs_disabled());
    CHECK_FALSE(spin_trylock_irqsave(lock, more_flags));
    CHECK(irqs_disabled());
    spin_unlock_irqrestore(lock, flags);
    CHECK_FALSE(irqs_disabled());
    CHECK(spin_trylock_irqsave(lock, flags));
    spin_unlock_irqrestore(lock, flags);
    spin_lock_irq(lock);
    CHECK(irqs_disabled());
    spin_unlock_irq(lock);
    CHECK_FALSE(irqs_disabled());
    CHECK(preempt_count() == 0);
}

TEST_CASE("waiting for oneself and unlocking what another holds are told")
{
    spinlock_t lock = {};
    spin_lock(lock);
    CHECK_THROWS_WITH(raw_spin_lock(lock), "recursion");
    cpu_number = 1;
    CHECK_FALSE(spin_is_held(lock));
    CHECK_THROWS_WITH(raw_spin_unlock(lock), "wrong CPU");
    cpu_number = 0;
    spin_unlock(lock);
    CHECK_THROWS_WITH(raw_spin_unlock(lock), "wrong CPU");
}

TEST_CASE("one CPU at a time is inside")
{
    constexpr unsigned kCpus = 4;
    constexpr unsigned kRounds = 20'000;
    spinlock_t lock = {};
    unsigned long counter = 0;
    std::vector<std::thread> cpus;
    for (unsigned cpu = 0; cpu < kCpus; cpu++) {
        cpus.emplace_back([&, cpu] {
            cpu_number = cpu;
            for (unsigned i = 0; i < kRounds; i++) {
                spin_lock(lock);
                counter = counter + 1;
                spin_unlock(lock);
            }
        });
    }
    for (std::thread& cpu : cpus)
        cpu.join();
    CHECK(counter == kCpus * kRounds);
    CHECK_FALSE(spin_is_locked(lock));
}

} // namespace pagelab::lib
