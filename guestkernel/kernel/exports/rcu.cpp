// linux/rcupdate.h.
#include "guestkernel/kernel/rcu.hpp"

#include "guestkernel/kernel/export.hpp"

using namespace pagelab;
using kernel::rcu_head;

extern "C" {

void synchronize_rcu()
{
    kernel::synchronize_rcu();
}
EXPORT_SYMBOL_GPL(synchronize_rcu);

void call_rcu(rcu_head* head, void (*function)(rcu_head* head))
{
    kernel::call_rcu(*head, function);
}
EXPORT_SYMBOL_GPL(call_rcu);

// The offset comes as a function's address.
void kvfree_call_rcu(rcu_head* head, void (*offset)(rcu_head* head))
{
    kernel::kvfree_call_rcu(*head, reinterpret_cast<size_t>(offset));
}
EXPORT_SYMBOL_GPL(kvfree_call_rcu);

void rcu_barrier()
{
    kernel::rcu_barrier();
}
EXPORT_SYMBOL_GPL(rcu_barrier);

} // extern "C"
