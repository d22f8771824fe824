// linux/wait.h, linux/completion.h, linux/mutex.h, linux/semaphore.h, linux/rwsem.h.
#include "guestkernel/kernel/sched/wait.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/completion.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/lib/errno.hpp"

using namespace pagelab;
using kernel::completion;
using kernel::rw_semaphore;
using kernel::semaphore;
using kernel::wait_queue_entry;
using kernel::wait_queue_head;

#define EXPORT_ENTRY_FUNCTION(name)                                                                \
    void name(wait_queue_head* queue, wait_queue_entry* entry)                                     \
    {                                                                                              \
        kernel::name(*queue, *entry);                                                              \
    }                                                                                              \
    EXPORT_SYMBOL(name)

#define EXPORT_RWSEM_FUNCTION(type, name)                                                          \
    type name(rw_semaphore* sem)                                                                   \
    {                                                                                              \
        return kernel::name(*sem);                                                                 \
    }                                                                                              \
    EXPORT_SYMBOL(name)

#define EXPORT_COMPLETION_FUNCTION(type, name)                                                     \
    type name(completion* x)                                                                       \
    {                                                                                              \
        return kernel::name(*x);                                                                   \
    }                                                                                              \
    EXPORT_SYMBOL(name)

#define EXPORT_MUTEX_FUNCTION(type, name)                                                          \
    type name(kernel::mutex* lock)                                                                 \
    {                                                                                              \
        return kernel::name(*lock);                                                                \
    }                                                                                              \
    EXPORT_SYMBOL(name)

extern "C" {

void __init_waitqueue_head(wait_queue_head* queue, char const*, void*)
{
    kernel::init_waitqueue_head(*queue);
}
EXPORT_SYMBOL(__init_waitqueue_head);

void init_wait_entry(wait_queue_entry* entry, int flags)
{
    kernel::init_wait_entry(*entry, static_cast<unsigned>(flags));
}
EXPORT_SYMBOL(init_wait_entry);

int default_wake_function(wait_queue_entry* entry, unsigned mode, int flags, void* key)
{
    return kernel::default_wake_function(*entry, mode, flags, key);
}
EXPORT_SYMBOL(default_wake_function);

int autoremove_wake_function(wait_queue_entry* entry, unsigned mode, int flags, void* key)
{
    return kernel::autoremove_wake_function(*entry, mode, flags, key);
}
EXPORT_SYMBOL(autoremove_wake_function);

EXPORT_ENTRY_FUNCTION(add_wait_queue);
EXPORT_ENTRY_FUNCTION(add_wait_queue_exclusive);
EXPORT_ENTRY_FUNCTION(remove_wait_queue);
EXPORT_ENTRY_FUNCTION(finish_wait);

void prepare_to_wait(wait_queue_head* queue, wait_queue_entry* entry, int state)
{
    kernel::prepare_to_wait(*queue, *entry, static_cast<unsigned>(state));
}
EXPORT_SYMBOL(prepare_to_wait);

// Whether it is the only one that waits.
bool prepare_to_wait_exclusive(wait_queue_head* queue, wait_queue_entry* entry, int state)
{
    bool const was_empty = lib::list_empty(queue->head);
    kernel::prepare_to_wait_exclusive(*queue, *entry, static_cast<unsigned>(state));
    return was_empty;
}
EXPORT_SYMBOL(prepare_to_wait_exclusive);

int __wake_up(wait_queue_head* queue, unsigned mode, int nr_exclusive, void* key)
{
    kernel::__wake_up(*queue, mode, nr_exclusive, key);
    return 0;
}
EXPORT_SYMBOL(__wake_up);

EXPORT_COMPLETION_FUNCTION(void, complete);
EXPORT_COMPLETION_FUNCTION(void, complete_all);
EXPORT_COMPLETION_FUNCTION(bool, completion_done);
EXPORT_COMPLETION_FUNCTION(bool, try_wait_for_completion);
EXPORT_COMPLETION_FUNCTION(void, wait_for_completion);

unsigned long wait_for_completion_timeout(completion* x, unsigned long timeout)
{
    return kernel::wait_for_completion_timeout(*x, timeout);
}
EXPORT_SYMBOL(wait_for_completion_timeout);

void __mutex_init(kernel::mutex* lock, char const*, void*)
{
    kernel::mutex_init(*lock);
}
EXPORT_SYMBOL(__mutex_init);

EXPORT_MUTEX_FUNCTION(void, mutex_lock);
EXPORT_MUTEX_FUNCTION(int, mutex_trylock);
EXPORT_MUTEX_FUNCTION(void, mutex_unlock);
EXPORT_MUTEX_FUNCTION(bool, mutex_is_locked);

void down(semaphore* sem)
{
    kernel::down(*sem);
}
EXPORT_SYMBOL(down);

int down_trylock(semaphore* sem)
{
    return kernel::down_trylock(*sem) ? 0 : 1;
}
EXPORT_SYMBOL(down_trylock);

int down_timeout(semaphore* sem, long timeout)
{
    return kernel::down_timeout(*sem, timeout) ? 0 : -ETIME;
}
EXPORT_SYMBOL(down_timeout);

// Nothing interrupts a kernel thread: these two return 0.
int down_interruptible(semaphore* sem)
{
    kernel::down(*sem);
    return 0;
}
EXPORT_SYMBOL(down_interruptible);

int down_killable(semaphore* sem)
{
    kernel::down(*sem);
    return 0;
}
EXPORT_SYMBOL(down_killable);

void up(semaphore* sem)
{
    kernel::up(*sem);
}
EXPORT_SYMBOL(up);

void __init_rwsem(rw_semaphore* sem, char const*, void*)
{
    kernel::init_rwsem(*sem);
}
EXPORT_SYMBOL(__init_rwsem);

EXPORT_RWSEM_FUNCTION(void, down_read);
EXPORT_RWSEM_FUNCTION(int, down_read_trylock);
EXPORT_RWSEM_FUNCTION(void, up_read);
EXPORT_RWSEM_FUNCTION(void, down_write);
EXPORT_RWSEM_FUNCTION(int, down_write_trylock);
EXPORT_RWSEM_FUNCTION(void, up_write);

} // extern "C"
