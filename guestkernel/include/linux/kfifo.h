// Queues in an array of 2^n elements, in which a reader and a writer need no lock between them.
//
// A fifo knows the type of its elements; struct kfifo is one of bytes. in and out count on for
// ever. Deliberately absent: records of varying length, DMA. Source: Linux 6.1
// include/linux/kfifo.h, lib/kfifo.c.
#pragma once

#include <asm/barrier.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct __kfifo {
    unsigned int in;
    unsigned int out;
    unsigned int mask;  // elements - 1
    unsigned int esize; // bytes of one
    void* data;
};

// element and pointer are for their types alone: what is in it, what may point to it.
#define __KFIFO_MEMBERS(type, pointed)                                                             \
    struct __kfifo kfifo;                                                                          \
    type* element;                                                                                 \
    pointed const* pointer;
// clang-format off
struct kfifo {
    __KFIFO_MEMBERS(unsigned char, void)
};
#define STRUCT_KFIFO_PTR(type)                                                                     \
    struct {                                                                                       \
        __KFIFO_MEMBERS(type, type)                                                                \
    }
#define STRUCT_KFIFO(type, size)                                                                   \
    struct {                                                                                       \
        __KFIFO_MEMBERS(type, type)                                                                \
        type buf[((size) < 2) || ((size) & ((size)-1)) ? -1 : (size)];                             \
    }
// clang-format on
#define DECLARE_KFIFO_PTR(name, type) STRUCT_KFIFO_PTR(type) name
#define DECLARE_KFIFO(name, type, size) STRUCT_KFIFO(type, size) name
// clang-format off
#define DEFINE_KFIFO(name, type, size)                                                             \
    DECLARE_KFIFO(name, type, size) = {                                                            \
        .kfifo = {.in = 0, .out = 0, .mask = (size) - 1, .esize = sizeof(type), .data = name.buf}, \
        .element = NULL, .pointer = NULL}
// clang-format on
#define INIT_KFIFO(name)                                                                           \
    __kfifo_init(&(name).kfifo, (name).buf, sizeof((name).buf), sizeof(*(name).element))

static inline int __kfifo_init(struct __kfifo* fifo, void* buffer, size_t bytes, size_t esize)
{
    size_t const elements = bytes / esize;
    fifo->in = fifo->out = 0;
    fifo->esize = (unsigned int)esize;
    fifo->data = elements < 2 ? NULL : buffer;
    fifo->mask = elements < 2 ? 0 : (unsigned int)rounddown_pow_of_two(elements) - 1;
    return elements < 2 ? -EINVAL : 0;
}

static inline int __kfifo_alloc(struct __kfifo* fifo, size_t elements, size_t esize, gfp_t gfp)
{
    size_t const rounded = elements < 2 ? 0 : roundup_pow_of_two(elements);
    void* const buffer = rounded ? kmalloc_array(rounded, esize, gfp) : NULL;
    int const error = __kfifo_init(fifo, buffer, buffer ? rounded * esize : 0, esize);
    return rounded && !buffer ? -ENOMEM : error;
}

static inline void __kfifo_free(struct __kfifo* fifo)
{
    kfree(fifo->data);
    fifo->in = fifo->out = fifo->mask = fifo->esize = 0;
    fifo->data = NULL;
}

static inline unsigned int __kfifo_len(struct __kfifo const* fifo)
{
    return READ_ONCE(fifo->in) - READ_ONCE(fifo->out);
}

static inline unsigned int __kfifo_avail(struct __kfifo const* fifo)
{
    return fifo->mask + 1 - __kfifo_len(fifo);
}

// Elements `at` and following: those up to the array's end, then the others.
static inline void __kfifo_copy_in(struct __kfifo* fifo, void const* from, unsigned int count)
{
    unsigned int const at = fifo->in & fifo->mask;
    unsigned int const first = count < fifo->mask + 1 - at ? count : fifo->mask + 1 - at;
    memcpy((char*)fifo->data + at * fifo->esize, from, first * fifo->esize);
    memcpy(fifo->data, (char const*)from + first * fifo->esize, (count - first) * fifo->esize);
}

static inline void __kfifo_copy_out(struct __kfifo const* fifo, void* to, unsigned int count)
{
    unsigned int const at = fifo->out & fifo->mask;
    unsigned int const first = count < fifo->mask + 1 - at ? count : fifo->mask + 1 - at;
    memcpy(to, (char const*)fifo->data + at * fifo->esize, first * fifo->esize);
    memcpy((char*)to + first * fifo->esize, fifo->data, (count - first) * fifo->esize);
}

static inline unsigned int __kfifo_in(struct __kfifo* fifo, void const* from, unsigned int count)
{
    unsigned int const room = __kfifo_avail(fifo);
    if (count > room)
        count = room;
    __kfifo_copy_in(fifo, from, count);
    smp_wmb(); // the elements before their number
    WRITE_ONCE(fifo->in, fifo->in + count);
    return count;
}

static inline unsigned int __kfifo_out_peek(struct __kfifo const* fifo, void* to,
                                            unsigned int count)
{
    unsigned int const there = __kfifo_len(fifo);
    if (count > there)
        count = there;
    smp_rmb(); // their number before the elements
    __kfifo_copy_out(fifo, to, count);
    return count;
}

static inline unsigned int __kfifo_skip(struct __kfifo* fifo, unsigned int count)
{
    unsigned int const there = __kfifo_len(fifo);
    if (count > there)
        count = there;
    smp_mb(); // they have been read
    WRITE_ONCE(fifo->out, fifo->out + count);
    return count;
}

static inline unsigned int __kfifo_out(struct __kfifo* fifo, void* to, unsigned int count)
{
    return __kfifo_skip(fifo, __kfifo_out_peek(fifo, to, count));
}

// Elements that lie side by side, from number `position` on.
static inline unsigned int __kfifo_run(struct __kfifo const* fifo, unsigned int position,
                                       unsigned int count, unsigned long bytes)
{
    unsigned int const to_end = fifo->mask + 1 - (position & fifo->mask);
    unsigned long const wanted = bytes / fifo->esize;
    if (count > to_end)
        count = to_end;
    return wanted < count ? (unsigned int)wanted : count;
}

// To and from a program's memory: 0 or -EFAULT, and how many bytes.
static inline int __kfifo_to_user(struct __kfifo* fifo, void __user* to, unsigned long bytes,
                                  unsigned int* copied)
{
    unsigned int count;
    *copied = 0;
    while ((count = __kfifo_run(fifo, fifo->out, __kfifo_len(fifo), bytes - *copied)) != 0) {
        if (copy_to_user((char __user*)to + *copied,
                         (char*)fifo->data + (fifo->out & fifo->mask) * fifo->esize,
                         count * fifo->esize))
            return -EFAULT;
        *copied += __kfifo_skip(fifo, count) * fifo->esize;
    }
    return 0;
}

static inline int __kfifo_from_user(struct __kfifo* fifo, void __user const* from,
                                    unsigned long bytes, unsigned int* copied)
{
    unsigned int count;
    *copied = 0;
    while ((count = __kfifo_run(fifo, fifo->in, __kfifo_avail(fifo), bytes - *copied)) != 0) {
        if (copy_from_user((char*)fifo->data + (fifo->in & fifo->mask) * fifo->esize,
                           (char __user const*)from + *copied, count * fifo->esize))
            return -EFAULT;
        smp_wmb();
        WRITE_ONCE(fifo->in, fifo->in + count);
        *copied += count * fifo->esize;
    }
    return 0;
}

#define kfifo_initialized(fifo) ((fifo)->kfifo.mask != 0)
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
#define kfifo_len(fifo) __kfifo_len(&(fifo)->kfifo)
#define kfifo_avail(fifo) __kfifo_avail(&(fifo)->kfifo)
#define kfifo_is_empty(fifo) (kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_reset(fifo) ((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo) ((void)((fifo)->kfifo.out = (fifo)->kfifo.in))
#define kfifo_alloc(fifo, size, gfp)                                                               \
    __kfifo_alloc(&(fifo)->kfifo, size, sizeof(*(fifo)->element), gfp)
#define kfifo_init(fifo, buffer, size)                                                             \
    __kfifo_init(&(fifo)->kfifo, buffer, size, sizeof(*(fifo)->element))
#define kfifo_free(fifo) __kfifo_free(&(fifo)->kfifo)
#define kfifo_skip(fifo) ((void)__kfifo_skip(&(fifo)->kfifo, 1))
#define kfifo_in(fifo, from, count)                                                                \
    ({                                                                                             \
        __typeof__((fifo)->pointer) const __from = (from);                                         \
        __kfifo_in(&(fifo)->kfifo, __from, count);                                                 \
    })
#define kfifo_out(fifo, to, count)                                                                 \
    ({                                                                                             \
        __typeof__((fifo)->pointer) const __to = (to);                                             \
        __kfifo_out(&(fifo)->kfifo, (void*)__to, count);                                           \
    })
#define kfifo_out_peek(fifo, to, count)                                                            \
    ({                                                                                             \
        __typeof__((fifo)->pointer) const __to = (to);                                             \
        __kfifo_out_peek(&(fifo)->kfifo, (void*)__to, count);                                      \
    })
#define kfifo_put(fifo, value)                                                                     \
    ({                                                                                             \
        __typeof__(*(fifo)->element) const __value = (value);                                      \
        __kfifo_in(&(fifo)->kfifo, &__value, 1) != 0;                                              \
    })
#define kfifo_get(fifo, to) (kfifo_out(fifo, to, 1) != 0)
#define kfifo_peek(fifo, to) (kfifo_out_peek(fifo, to, 1) != 0)
#define __kfifo_spinlocked(call, lock)                                                             \
    ({                                                                                             \
        unsigned long __flags;                                                                     \
        unsigned int __done;                                                                       \
        spin_lock_irqsave(lock, __flags);                                                          \
        __done = (call);                                                                           \
        spin_unlock_irqrestore(lock, __flags);                                                     \
        __done;                                                                                    \
    })
#define kfifo_in_spinlocked(fifo, from, count, lock)                                               \
    __kfifo_spinlocked(kfifo_in(fifo, from, count), lock)
#define kfifo_out_spinlocked(fifo, to, count, lock)                                                \
    __kfifo_spinlocked(kfifo_out(fifo, to, count), lock)
#define kfifo_in_locked(fifo, from, count, lock) kfifo_in_spinlocked(fifo, from, count, lock)
#define kfifo_out_locked(fifo, to, count, lock) kfifo_out_spinlocked(fifo, to, count, lock)
#define kfifo_to_user(fifo, to, bytes, copied) __kfifo_to_user(&(fifo)->kfifo, to, bytes, copied)
#define kfifo_from_user(fifo, from, bytes, copied)                                                 \
    __kfifo_from_user(&(fifo)->kfifo, from, bytes, copied)
