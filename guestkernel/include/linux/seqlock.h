// Data that is read without a lock: who reads looks whether somebody wrote meanwhile, and does it
// again. Source: Linux 6.1 include/linux/seqlock.h.
#pragma once

#include <asm/barrier.h>
#include <asm/processor.h>
#include <linux/spinlock.h>

typedef struct seqcount {
    unsigned int sequence; // odd while it is written
} seqcount_t;

typedef struct {
    seqcount_t seqcount;
    spinlock_t lock; // of those who write
} seqlock_t;

// clang-format off
#define SEQCNT_ZERO(name) {0}
#define __SEQLOCK_UNLOCKED(name) {SEQCNT_ZERO(name), __SPIN_LOCK_UNLOCKED(name)}
// clang-format on
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)
#define seqcount_init(count) ((void)((count)->sequence = 0))
#define seqlock_init(seqlock)                                                                      \
    do {                                                                                           \
        seqcount_init(&(seqlock)->seqcount);                                                       \
        spin_lock_init(&(seqlock)->lock);                                                          \
    } while (0)

static inline unsigned int read_seqcount_begin(seqcount_t const* count)
{
    unsigned int start;
    while (((start = READ_ONCE(count->sequence)) & 1) != 0)
        cpu_relax();
    smp_rmb();
    return start;
}

static inline int read_seqcount_retry(seqcount_t const* count, unsigned int start)
{
    smp_rmb();
    return READ_ONCE(count->sequence) != start;
}

static inline void write_seqcount_begin(seqcount_t* count)
{
    preempt_disable();
    WRITE_ONCE(count->sequence, count->sequence + 1);
    smp_wmb();
}

static inline void write_seqcount_end(seqcount_t* count)
{
    smp_wmb();
    WRITE_ONCE(count->sequence, count->sequence + 1);
    preempt_enable();
}

#define read_seqbegin(seqlock) read_seqcount_begin(&(seqlock)->seqcount)
#define read_seqretry(seqlock, start) read_seqcount_retry(&(seqlock)->seqcount, start)
#define write_seqlock(seqlock)                                                                     \
    do {                                                                                           \
        spin_lock(&(seqlock)->lock);                                                               \
        write_seqcount_begin(&(seqlock)->seqcount);                                                \
    } while (0)
#define write_sequnlock(seqlock)                                                                   \
    do {                                                                                           \
        write_seqcount_end(&(seqlock)->seqcount);                                                  \
        spin_unlock(&(seqlock)->lock);                                                             \
    } while (0)
#define write_seqlock_irqsave(seqlock, flags)                                                      \
    do {                                                                                           \
        spin_lock_irqsave(&(seqlock)->lock, flags);                                                \
        write_seqcount_begin(&(seqlock)->seqcount);                                                \
    } while (0)
#define write_sequnlock_irqrestore(seqlock, flags)                                                 \
    do {                                                                                           \
        write_seqcount_end(&(seqlock)->seqcount);                                                  \
        spin_unlock_irqrestore(&(seqlock)->lock, flags);                                           \
    } while (0)
