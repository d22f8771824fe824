// Wait queues: the lists, and the sleep of those in them.
#include "guestkernel/kernel/sched/wait.hpp"

#include "guestkernel/kernel/sched/sched.hpp"

namespace pagelab::kernel {

namespace {

// Of one that autoremove_wake_function removes: empty, not poisoned.
void list_del_init(lib::list_head& entry)
{
    lib::list_del(entry);
    lib::init_list_head(entry);
}

void prepare(wait_queue_head& wq, wait_queue_entry& entry, unsigned state, bool is_last)
{
    unsigned long flags;
    lib::spin_lock_irqsave(wq.lock, flags);
    if (lib::list_empty(entry.entry)) {
        if (is_last)
            lib::list_add_tail(entry.entry, wq.head);
        else
            lib::list_add(entry.entry, wq.head);
    }
    set_current_state(state);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

} // namespace

void init_waitqueue_head(wait_queue_head& wq)
{
    wq.lock = {};
    lib::init_list_head(wq.head);
}

void init_wait_entry(wait_queue_entry& entry, unsigned flags)
{
    entry.flags = flags;
    entry.private_data = &get_current();
    entry.func = autoremove_wake_function;
    lib::init_list_head(entry.entry);
}

int default_wake_function(wait_queue_entry& entry, unsigned mode, int, void*)
{
    return try_to_wake_up(*static_cast<task_struct*>(entry.private_data), mode) ? 1 : 0;
}

int autoremove_wake_function(wait_queue_entry& entry, unsigned mode, int wake_flags, void* key)
{
    int const woken = default_wake_function(entry, mode, wake_flags, key);
    if (woken != 0)
        list_del_init(entry.entry);
    return woken;
}

void add_wait_queue(wait_queue_head& wq, wait_queue_entry& entry)
{
    unsigned long flags;
    entry.flags &= ~WQ_FLAG_EXCLUSIVE;
    lib::spin_lock_irqsave(wq.lock, flags);
    lib::list_add(entry.entry, wq.head);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

void add_wait_queue_exclusive(wait_queue_head& wq, wait_queue_entry& entry)
{
    unsigned long flags;
    entry.flags |= WQ_FLAG_EXCLUSIVE;
    lib::spin_lock_irqsave(wq.lock, flags);
    lib::list_add_tail(entry.entry, wq.head);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

void remove_wait_queue(wait_queue_head& wq, wait_queue_entry& entry)
{
    unsigned long flags;
    lib::spin_lock_irqsave(wq.lock, flags);
    lib::list_del(entry.entry);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

void prepare_to_wait(wait_queue_head& wq, wait_queue_entry& entry, unsigned state)
{
    entry.flags &= ~WQ_FLAG_EXCLUSIVE;
    prepare(wq, entry, state, false);
}

void prepare_to_wait_exclusive(wait_queue_head& wq, wait_queue_entry& entry, unsigned state)
{
    entry.flags |= WQ_FLAG_EXCLUSIVE;
    prepare(wq, entry, state, true);
}

void finish_wait(wait_queue_head& wq, wait_queue_entry& entry)
{
    set_current_state(TASK_RUNNING);
    unsigned long flags;
    lib::spin_lock_irqsave(wq.lock, flags); // whoever woke us may still be in the list
    if (!lib::list_empty(entry.entry))
        list_del_init(entry.entry);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

void __wake_up_locked(wait_queue_head& wq, unsigned mode, int nr_exclusive, void* key)
{
    lib::list_head* next = nullptr;
    for (lib::list_head* link = wq.head.next; link != &wq.head; link = next) {
        next = link->next;
        auto& entry = *CONTAINER_OF(link, wait_queue_entry, entry);
        unsigned const flags = entry.flags; // once woken, the entry is gone
        int const woken = entry.func(entry, mode, 0, key);
        if (woken < 0 || (woken > 0 && (flags & WQ_FLAG_EXCLUSIVE) != 0 && --nr_exclusive == 0))
            break;
    }
}

void __wake_up(wait_queue_head& wq, unsigned mode, int nr_exclusive, void* key)
{
    unsigned long flags;
    lib::spin_lock_irqsave(wq.lock, flags);
    __wake_up_locked(wq, mode, nr_exclusive, key);
    lib::spin_unlock_irqrestore(wq.lock, flags);
}

void wake_up(wait_queue_head& wq)
{
    __wake_up(wq, TASK_NORMAL, 1, nullptr);
}

void wake_up_all(wait_queue_head& wq)
{
    __wake_up(wq, TASK_NORMAL, 0, nullptr);
}

void wake_up_interruptible(wait_queue_head& wq)
{
    __wake_up(wq, TASK_INTERRUPTIBLE, 1, nullptr);
}

} // namespace pagelab::kernel
