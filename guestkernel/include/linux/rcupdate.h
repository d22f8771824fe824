// Read-copy-update: readers never wait, who takes away waits for them. Source: Linux 6.1
// include/linux/rcupdate.h; readers are not preempted.
#pragma once

#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/types.h>

typedef void (*rcu_callback_t)(struct rcu_head* head);

__BEGIN_DECLS
void synchronize_rcu(void);
void call_rcu(struct rcu_head* head, rcu_callback_t function);
void kvfree_call_rcu(struct rcu_head* head, rcu_callback_t offset);
void rcu_barrier(void);
__END_DECLS

static __always_inline void rcu_read_lock(void)
{
    preempt_disable();
}

static __always_inline void rcu_read_unlock(void)
{
    preempt_enable();
}

#define rcu_read_lock_bh() local_bh_disable()
#define rcu_read_unlock_bh() local_bh_enable()
#define rcu_read_lock_held() (preempt_count() != 0)
#define synchronize_rcu_expedited() synchronize_rcu()

#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_dereference_raw(pointer) READ_ONCE(pointer)
#define rcu_dereference_check(pointer, condition) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) (pointer)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define rcu_assign_pointer(pointer, value) smp_store_release(&(pointer), value)
#define rcu_replace_pointer(pointer, value, condition)                                             \
    ({                                                                                             \
        __typeof__(pointer) __old = rcu_dereference_protected(pointer, condition);                 \
        rcu_assign_pointer(pointer, value);                                                        \
        __old;                                                                                     \
    })

// Frees what `pointer` points to; `field` is its rcu_head.
#define kfree_rcu(pointer, field)                                                                  \
    kvfree_call_rcu(&(pointer)->field,                                                             \
                    (rcu_callback_t)(unsigned long)offsetof(__typeof__(*(pointer)), field))
#define kvfree_rcu kfree_rcu

#include <asm/barrier.h>
#include <linux/bottom_half.h>
