// linux/notifier.h.
#include "guestkernel/kernel/exports/notifier.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/lib/errno.hpp"

using namespace pagelab;
using kernel::atomic_notifier_head;
using kernel::blocking_notifier_head;
using kernel::notifier_block;
using kernel::raw_notifier_head;

namespace {

constexpr int kNotifyStopMask = 0x8000;

int add(notifier_block** link, notifier_block& block)
{
    while (*link != nullptr && (*link)->priority >= block.priority) {
        if (*link == &block)
            return -EEXIST;
        link = &(*link)->next;
    }
    block.next = *link;
    __atomic_store_n(link, &block, __ATOMIC_RELEASE);
    return 0;
}

int remove(notifier_block** link, notifier_block const& block)
{
    while (*link != nullptr && *link != &block)
        link = &(*link)->next;
    if (*link == nullptr)
        return -ENOENT;
    __atomic_store_n(link, block.next, __ATOMIC_RELEASE);
    return 0;
}

int call(notifier_block* block, unsigned long action, void* data)
{
    int result = 0; // NOTIFY_DONE
    while (block != nullptr && (result & kNotifyStopMask) == 0) {
        notifier_block* const next = block->next; // the call may take the block away
        result = block->notifier_call(block, action, data);
        block = next;
    }
    return result;
}

} // namespace

extern "C" {

int raw_notifier_chain_register(raw_notifier_head* chain, notifier_block* block)
{
    return add(&chain->head, *block);
}
EXPORT_SYMBOL_GPL(raw_notifier_chain_register);

int raw_notifier_chain_unregister(raw_notifier_head* chain, notifier_block* block)
{
    return remove(&chain->head, *block);
}
EXPORT_SYMBOL_GPL(raw_notifier_chain_unregister);

int raw_notifier_call_chain(raw_notifier_head* chain, unsigned long action, void* data)
{
    return call(chain->head, action, data);
}
EXPORT_SYMBOL_GPL(raw_notifier_call_chain);

int atomic_notifier_chain_register(atomic_notifier_head* chain, notifier_block* block)
{
    unsigned long flags;
    lib::spin_lock_irqsave(chain->lock, flags);
    int const error = add(&chain->head, *block);
    lib::spin_unlock_irqrestore(chain->lock, flags);
    return error;
}
EXPORT_SYMBOL_GPL(atomic_notifier_chain_register);

int atomic_notifier_chain_unregister(atomic_notifier_head* chain, notifier_block* block)
{
    unsigned long flags;
    lib::spin_lock_irqsave(chain->lock, flags);
    int const error = remove(&chain->head, *block);
    lib::spin_unlock_irqrestore(chain->lock, flags);
    kernel::synchronize_rcu();
    return error;
}
EXPORT_SYMBOL_GPL(atomic_notifier_chain_unregister);

int atomic_notifier_call_chain(atomic_notifier_head* chain, unsigned long action, void* data)
{
    kernel::rcu_guard const guard;
    return call(__atomic_load_n(&chain->head, __ATOMIC_ACQUIRE), action, data);
}
EXPORT_SYMBOL_GPL(atomic_notifier_call_chain);

int blocking_notifier_chain_register(blocking_notifier_head* chain, notifier_block* block)
{
    kernel::down_write(chain->rwsem);
    int const error = add(&chain->head, *block);
    kernel::up_write(chain->rwsem);
    return error;
}
EXPORT_SYMBOL_GPL(blocking_notifier_chain_register);

int blocking_notifier_chain_unregister(blocking_notifier_head* chain, notifier_block* block)
{
    kernel::down_write(chain->rwsem);
    int const error = remove(&chain->head, *block);
    kernel::up_write(chain->rwsem);
    return error;
}
EXPORT_SYMBOL_GPL(blocking_notifier_chain_unregister);

int blocking_notifier_call_chain(blocking_notifier_head* chain, unsigned long action, void* data)
{
    kernel::down_read(chain->rwsem);
    int const result = call(chain->head, action, data);
    kernel::up_read(chain->rwsem);
    return result;
}
EXPORT_SYMBOL_GPL(blocking_notifier_call_chain);

} // extern "C"
