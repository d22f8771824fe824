// Sleeping and waiting, in milliseconds and less.
#include "guestkernel/kernel/sched/timer.hpp"

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kMsPerTick = 1000 / HZ;
static_assert(kMsPerTick * HZ == 1000);

} // namespace

unsigned long msecs_to_jiffies(unsigned milliseconds)
{
    return milliseconds / kMsPerTick + (milliseconds % kMsPerTick != 0 ? 1 : 0);
}

unsigned jiffies_to_msecs(unsigned long ticks)
{
    return static_cast<unsigned>(ticks * kMsPerTick);
}

long schedule_timeout_interruptible(long timeout)
{
    set_current_state(TASK_INTERRUPTIBLE);
    return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
    set_current_state(TASK_UNINTERRUPTIBLE);
    return schedule_timeout(timeout);
}

void msleep(unsigned milliseconds)
{
    auto left = static_cast<long>(msecs_to_jiffies(milliseconds) + 1);
    while (left > 0)
        left = schedule_timeout_uninterruptible(left);
}

unsigned long msleep_interruptible(unsigned milliseconds)
{
    auto const left =
        schedule_timeout_interruptible(static_cast<long>(msecs_to_jiffies(milliseconds) + 1));
    return jiffies_to_msecs(static_cast<unsigned long>(left));
}

void usleep_range(unsigned long min_us, unsigned long)
{
    constexpr unsigned long kUsPerTick = 1000 * kMsPerTick;
    auto left = static_cast<long>((min_us + kUsPerTick - 1) / kUsPerTick + 1);
    while (left > 0)
        left = schedule_timeout_uninterruptible(left);
}

void ndelay(unsigned long nanoseconds)
{
    uint64_t const start = arch::read_tsc();
    uint64_t const ticks = uint64_t{nanoseconds} * arch::clock_tsc_khz() / 1'000'000;
    while (arch::read_tsc() - start < ticks)
        __builtin_ia32_pause();
}

void mdelay(unsigned long milliseconds)
{
    for (; milliseconds > 0; milliseconds--)
        udelay(1000);
}

uint64_t ktime_get_ns()
{
    return arch::clock_microseconds() * 1000;
}

} // namespace pagelab::kernel
