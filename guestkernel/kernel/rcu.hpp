// Read-copy-update: readers never wait; whoever takes something away waits for the readers.
//
//   rcu_read_lock(); m = first_module(); ... rcu_read_unlock();       anywhere
//   list_del_rcu(m.list); synchronize_rcu(); vfree(&m);               or call_rcu(), anywhere
//
// A reader is not preempted and does not sleep. A CPU that has been found outside of such a section
// once therefore has none that began before: synchronize_rcu() interrupts each CPU to see, and
// tries again a tick later where it came at a bad time. Callbacks run in a worker, in the order in
// which they were given, after such a wait.
//
// Source: Linux 6.1 include/linux/rcupdate.h, include/linux/rculist.h, kernel/rcu/.
#pragma once

#include <stddef.h>

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/preempt.hpp"

namespace pagelab::kernel {

struct callback_head {
    callback_head* next;
    void (*func)(callback_head* head);
};
using rcu_head = callback_head;

inline void rcu_read_lock()
{
    lib::preempt_disable();
}

inline void rcu_read_unlock()
{
    lib::preempt_enable();
}

class rcu_guard {
  public:
    rcu_guard() { rcu_read_lock(); }
    ~rcu_guard() { rcu_read_unlock(); }
    rcu_guard(rcu_guard const&) = delete;
    rcu_guard& operator=(rcu_guard const&) = delete;
};

// Whoever walks the list meanwhile sees it with the entry or without; writers exclude each other.
inline void list_add_rcu(lib::list_head& entry, lib::list_head& head)
{
    entry.next = head.next;
    entry.prev = &head;
    head.next->prev = &entry;
    __atomic_store_n(&head.next, &entry, __ATOMIC_RELEASE);
}

// The entry still leads on.
inline void list_del_rcu(lib::list_head& entry)
{
    entry.next->prev = entry.prev;
    __atomic_store_n(&entry.prev->next, entry.next, __ATOMIC_RELEASE);
    entry.prev = reinterpret_cast<lib::list_head*>(lib::kListPoison2);
}

// In a thread that may sleep.
void synchronize_rcu();

// Anywhere. The function runs in a worker and does not sleep.
void call_rcu(rcu_head& head, void (*function)(rcu_head* head));

// The same; frees the object whose head is `offset` bytes into it.
void kvfree_call_rcu(rcu_head& head, size_t offset);

// Returns when all callbacks given so far have run.
void rcu_barrier();

} // namespace pagelab::kernel
