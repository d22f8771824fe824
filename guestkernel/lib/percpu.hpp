// Per-CPU variables: defining them, and reaching this CPU's copy.
//
//   DEFINE_PER_CPU(int, counter);
//   this_cpu_add(counter, 1);              one instruction: an interrupt cannot come between
//
// In the guest the linker gathers them; the section in the image is the template of every CPU's
// copy, and the base of GS (x86_64) or FS (i686) is the distance from the template to this CPU's
// copy, so that gs:variable is the copy (arch/x86/percpu.hpp has the distances). On the host a
// thread plays a CPU: the variables are thread-local, and a test sets its threads' cpu_number.
//
// Operations are on integers, enumerations and pointers no wider than a register.
//
// Source: Linux 6.1 arch/x86/include/asm/percpu.h, include/linux/percpu-defs.h.
#pragma once

#include <stdint.h>

#if __STDC_HOSTED__
// local-exec: the linker would make an addition, whose flags UBSan's code looks at, a load address.
#define DECLARE_PER_CPU(type, name) [[gnu::tls_model("local-exec")]] extern __thread type name
#define DEFINE_PER_CPU(type, name) __thread type name
#else
#define DECLARE_PER_CPU(type, name) extern type name
#define DEFINE_PER_CPU(type, name) [[gnu::section(".data..percpu")]] type name
#ifdef __x86_64__
#define PERCPU_SEGMENT "%%gs:"
#else
#define PERCPU_SEGMENT "%%fs:"
#endif
#endif

namespace pagelab::lib {

extern "C" {
DECLARE_PER_CPU(unsigned, cpu_number);
DECLARE_PER_CPU(unsigned, spin_holder); // cpu_number + 1: what locks it holds say
}

// T, but not deduced: a value takes the type of the variable.
template<class T>
struct SameType {
    using type = T;
};
template<class T>
using SameAs = typename SameType<T>::type;

#if __STDC_HOSTED__

template<class T>
T this_cpu_read(T const& variable)
{
    return variable;
}

template<class T>
void this_cpu_write(T& variable, SameAs<T> value)
{
    variable = value;
}

template<class T>
void this_cpu_add(T& variable, SameAs<T> value)
{
    variable = static_cast<T>(variable + value);
}

template<class T>
T this_cpu_add_return(T& variable, SameAs<T> value)
{
    return variable = static_cast<T>(variable + value);
}

template<class T>
void this_cpu_and(T& variable, SameAs<T> value)
{
    variable = static_cast<T>(variable & value);
}

template<class T>
void this_cpu_or(T& variable, SameAs<T> value)
{
    variable = static_cast<T>(variable | value);
}

template<class T>
bool this_cpu_dec_and_test(T& variable)
{
    return --variable == 0;
}

#else

template<class T>
T this_cpu_read(T const& variable)
{
    static_assert(sizeof(T) <= sizeof(long));
    T value;
    asm volatile("mov " PERCPU_SEGMENT "%1, %0" : "=q"(value) : "m"(variable));
    return value;
}

template<class T>
void this_cpu_write(T& variable, SameAs<T> value)
{
    static_assert(sizeof(T) <= sizeof(long));
    asm volatile("mov %1, " PERCPU_SEGMENT "%0" : "=m"(variable) : "q"(value));
}

template<class T>
void this_cpu_add(T& variable, SameAs<T> value)
{
    static_assert(sizeof(T) <= sizeof(long));
    asm volatile("add %1, " PERCPU_SEGMENT "%0" : "+m"(variable) : "q"(value) : "cc");
}

// The value after the addition.
template<class T>
T this_cpu_add_return(T& variable, SameAs<T> value)
{
    T sum = value;
    asm volatile("xadd %0, " PERCPU_SEGMENT "%1" : "+q"(sum), "+m"(variable) : : "cc");
    return static_cast<T>(sum + value);
}

template<class T>
void this_cpu_and(T& variable, SameAs<T> value)
{
    static_assert(sizeof(T) <= sizeof(long));
    asm volatile("and %1, " PERCPU_SEGMENT "%0" : "+m"(variable) : "q"(value) : "cc");
}

template<class T>
void this_cpu_or(T& variable, SameAs<T> value)
{
    static_assert(sizeof(T) <= sizeof(long));
    asm volatile("or %1, " PERCPU_SEGMENT "%0" : "+m"(variable) : "q"(value) : "cc");
}

// Of 32 bits: subtract 1; is it 0 now?
template<class T>
bool this_cpu_dec_and_test(T& variable)
{
    static_assert(sizeof(T) == 4);
    bool is_zero;
    asm volatile("decl " PERCPU_SEGMENT "%0" : "+m"(variable), "=@ccz"(is_zero) : : "memory");
    return is_zero;
}

#endif

template<class T>
void this_cpu_inc(T& variable)
{
#if !__STDC_HOSTED__
    if constexpr (sizeof(T) == 4) {
        asm volatile("incl " PERCPU_SEGMENT "%0" : "+m"(variable) : : "cc");
        return;
    }
#endif
    this_cpu_add(variable, T{1});
}

template<class T>
void this_cpu_dec(T& variable)
{
    this_cpu_add(variable, static_cast<T>(-1));
}

inline unsigned smp_processor_id()
{
    return this_cpu_read(cpu_number);
}

} // namespace pagelab::lib
