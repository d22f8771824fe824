// Per-CPU variables: one name, a copy for each CPU.
//
// GS (x86_64) or FS (i686) has the distance from the name's address to this CPU's copy as its base.
// this_cpu_ operations are one instruction each, so that neither an interrupt nor a change of CPU
// comes between; only 8-byte ones on i686 turn interrupts off. raw_cpu_ and __this_cpu_ are the
// same here. Source: Linux 6.1 include/linux/percpu-defs.h, arch/x86/include/asm/percpu.h.
#pragma once

#include <linux/irqflags.h>
#include <linux/types.h>

#ifdef __x86_64__
#define __PERCPU_SEGMENT "%%gs:"
#else
#define __PERCPU_SEGMENT "%%fs:"
#endif

#define __PCPU_ATTRS(suffix) __percpu __attribute__((section(".data..percpu" suffix)))
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __PCPU_ATTRS("") __typeof__(type) name
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name) __aligned(64)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU_ALIGNED(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(name) EXPORT_SYMBOL(name)
#define EXPORT_PER_CPU_SYMBOL_GPL(name) EXPORT_SYMBOL_GPL(name)

__BEGIN_DECLS
extern unsigned long __per_cpu_offset[];
DECLARE_PER_CPU(unsigned long, this_cpu_off);
DECLARE_PER_CPU(unsigned int, cpu_number);
__END_DECLS

#define per_cpu_offset(cpu) (__per_cpu_offset[cpu])
#define SHIFT_PERCPU_PTR(pointer, offset)                                                          \
    ((__typeof__(*(pointer))*)((unsigned long)(pointer) + (offset)))
#define per_cpu_ptr(pointer, cpu) SHIFT_PERCPU_PTR(pointer, per_cpu_offset(cpu))
#define raw_cpu_ptr(pointer) SHIFT_PERCPU_PTR(pointer, __my_cpu_offset())
#define this_cpu_ptr(pointer) raw_cpu_ptr(pointer)
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))

static __always_inline unsigned long __my_cpu_offset(void)
{
    unsigned long offset;
    __asm__ __volatile__("mov " __PERCPU_SEGMENT "%1, %0" : "=r"(offset) : "m"(this_cpu_off));
    return offset;
}

#define __pcpu_asm(type, op, variable, value)                                                      \
    __asm__ __volatile__(op " %1, " __PERCPU_SEGMENT "%0"                                          \
                         : "+m"(*(type*)&(variable))                                               \
                         : "q"((type)(unsigned long)(value))                                       \
                         : "cc", "memory")
#ifdef __x86_64__
#define __pcpu_case_8(op, variable, value)                                                         \
    case 8:                                                                                        \
        __pcpu_asm(u64, op, variable, value);                                                      \
        break;
#else
#define __pcpu_case_8(op, variable, value)
#endif

// `op` with a value; `generic` does the same where no instruction can, with interrupts off.
#define __pcpu_op(op, variable, value, generic)                                                    \
    do {                                                                                           \
        switch (sizeof(variable)) {                                                                \
        case 1:                                                                                    \
            __pcpu_asm(u8, op, variable, value);                                                   \
            break;                                                                                 \
        case 2:                                                                                    \
            __pcpu_asm(u16, op, variable, value);                                                  \
            break;                                                                                 \
        case 4:                                                                                    \
            __pcpu_asm(u32, op, variable, value);                                                  \
            break;                                                                                 \
            __pcpu_case_8(op, variable, value) default:                                            \
            {                                                                                      \
                unsigned long __flags;                                                             \
                local_irq_save(__flags);                                                           \
                generic;                                                                           \
                local_irq_restore(__flags);                                                        \
            }                                                                                      \
        }                                                                                          \
    } while (0)

#define this_cpu_write(variable, value)                                                            \
    __pcpu_op("mov", variable, value, *raw_cpu_ptr(&(variable)) = (__typeof__(variable))(value))
#define this_cpu_add(variable, value)                                                              \
    __pcpu_op("add", variable, value, *raw_cpu_ptr(&(variable)) += (value))
#define this_cpu_and(variable, value)                                                              \
    __pcpu_op("and", variable, value, *raw_cpu_ptr(&(variable)) &= (value))
#define this_cpu_or(variable, value)                                                               \
    __pcpu_op("or", variable, value, *raw_cpu_ptr(&(variable)) |= (value))
#define this_cpu_sub(variable, value) this_cpu_add(variable, -(__typeof__(variable))(value))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_dec(variable) this_cpu_add(variable, -1)

#define __pcpu_load(type, variable, result)                                                        \
    {                                                                                              \
        type __bits;                                                                               \
        __asm__ __volatile__("mov " __PERCPU_SEGMENT "%1, %0"                                      \
                             : "=q"(__bits)                                                        \
                             : "m"(*(type*)&(variable)));                                          \
        *(type*)&(result) = __bits;                                                                \
    }
#ifdef __x86_64__
#define __pcpu_load_8(variable, result) __pcpu_load(u64, variable, result)
#else
#define __pcpu_load_8(variable, result)                                                            \
    {                                                                                              \
        unsigned long __flags;                                                                     \
        local_irq_save(__flags);                                                                   \
        (result) = *raw_cpu_ptr(&(variable));                                                      \
        local_irq_restore(__flags);                                                                \
    }
#endif
#define this_cpu_read(variable)                                                                    \
    ({                                                                                             \
        __typeof__(variable) __loaded;                                                             \
        if (sizeof(__loaded) == 1)                                                                 \
            __pcpu_load(u8, variable, __loaded) else if (sizeof(__loaded) == 2)                    \
                __pcpu_load(u16, variable, __loaded) else if (sizeof(__loaded) == 4)               \
                    __pcpu_load(u32, variable, __loaded) else __pcpu_load_8(variable, __loaded)    \
                        __loaded;                                                                  \
    })

// What changes a variable and tells a value of it, in one step for this CPU.
#define __this_cpu_step(variable, statement, result)                                               \
    ({                                                                                             \
        unsigned long __irq_flags;                                                                 \
        local_irq_save(__irq_flags);                                                               \
        __typeof__(variable)* __copy = raw_cpu_ptr(&(variable));                                   \
        __typeof__(variable) __before = *__copy;                                                   \
        statement;                                                                                 \
        __typeof__(variable) __told = (result);                                                    \
        local_irq_restore(__irq_flags);                                                            \
        __told;                                                                                    \
    })
#define this_cpu_add_return(variable, value)                                                       \
    __this_cpu_step(variable, *__copy = __before + (value), *__copy)
#define this_cpu_sub_return(variable, value)                                                       \
    this_cpu_add_return(variable, -(__typeof__(variable))(value))
#define this_cpu_inc_return(variable) this_cpu_add_return(variable, 1)
#define this_cpu_dec_return(variable) this_cpu_add_return(variable, -1)
#define this_cpu_xchg(variable, value) __this_cpu_step(variable, *__copy = (value), __before)
#define this_cpu_cmpxchg(variable, old, value)                                                     \
    __this_cpu_step(variable, *__copy = __before == (old) ? (value) : __before, __before)

#define raw_cpu_read this_cpu_read
#define raw_cpu_write this_cpu_write
#define raw_cpu_add this_cpu_add
#define raw_cpu_sub this_cpu_sub
#define raw_cpu_inc this_cpu_inc
#define raw_cpu_dec this_cpu_dec
#define __this_cpu_read this_cpu_read
#define __this_cpu_write this_cpu_write
#define __this_cpu_add this_cpu_add
#define __this_cpu_sub this_cpu_sub
#define __this_cpu_inc this_cpu_inc
#define __this_cpu_dec this_cpu_dec
#define __this_cpu_and this_cpu_and
#define __this_cpu_or this_cpu_or
#define __this_cpu_add_return this_cpu_add_return
#define __this_cpu_inc_return this_cpu_inc_return
#define __this_cpu_dec_return this_cpu_dec_return
