// The sorted list.
#include "guestkernel/kernel/sched/timer_base.hpp"

namespace pagelab::kernel {

namespace {

timer_list& timer_of(lib::list_head* link)
{
    return *CONTAINER_OF(link, timer_list, entry);
}

} // namespace

void timer_base_init(timer_base& base)
{
    base = {};
    lib::init_list_head(base.timers);
}

void enqueue_timer(timer_base& base, timer_list& timer)
{
    lib::list_head* after = base.timers.next;
    while (after != &base.timers && time_after_eq(timer.expires, timer_of(after).expires))
        after = after->next;
    lib::list_add_tail(timer.entry, *after);
}

void detach_timer(timer_list& timer)
{
    lib::list_del(timer.entry);
    timer.entry.next = nullptr;
}

bool has_expired(timer_base const& base, unsigned long now)
{
    return !lib::list_empty(base.timers) && time_after_eq(now, timer_of(base.timers.next).expires);
}

timer_list* next_expired(timer_base& base, unsigned long now)
{
    if (!has_expired(base, now))
        return nullptr;
    timer_list& timer = timer_of(base.timers.next);
    detach_timer(timer);
    return &timer;
}

} // namespace pagelab::kernel
