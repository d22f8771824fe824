// The compiler's extensions under Linux' names, for C (gnu11) and C++.
//
// __BEGIN_DECLS and __END_DECLS enclose what has C linkage. READ_ONCE and WRITE_ONCE: one access,
// neither left out nor repeated. Source: Linux 6.1 include/linux/compiler.h, compiler_types.h,
// compiler_attributes.h.
#pragma once

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#else
#define __BEGIN_DECLS
#define __END_DECLS
#ifndef static_assert
#define static_assert(...) __static_assert(__VA_ARGS__, #__VA_ARGS__)
#define __static_assert(condition, text, ...) _Static_assert(condition, text)
#endif
#endif

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __safe
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)

#define __used __attribute__((__used__))
#define __unused __attribute__((__unused__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __must_check __attribute__((__warn_unused_result__))
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __noreturn __attribute__((__noreturn__))
#define __packed __attribute__((__packed__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __section(name) __attribute__((__section__(name)))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#define __malloc __attribute__((__malloc__))
#define __pure __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __weak __attribute__((__weak__))
#define __alias(symbol) __attribute__((__alias__(#symbol)))
#define __visible
#define __cold __attribute__((__cold__))
#define __deprecated
#define fallthrough __attribute__((__fallthrough__))
#define asmlinkage
#define notrace __attribute__((no_instrument_function))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define unreachable() __builtin_unreachable()

#define barrier() __asm__ __volatile__("" : : : "memory")
#define READ_ONCE(x) (*(__typeof__(x) const volatile*)&(x))
#define WRITE_ONCE(x, value) ((void)(*(__typeof__(x) volatile*)&(x) = (value)))
#define data_race(expression) (expression)
#define OPTIMIZER_HIDE_VAR(variable) __asm__("" : "=r"(variable) : "0"(variable))

#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))

#ifdef __cplusplus
#define __must_be_array(a) 0
#else
#define __must_be_array(a) (sizeof(char[1 - 2 * !!__same_type((a), &(a)[0])]) - 1)
#endif
