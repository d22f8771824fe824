// Per-CPU variables: the linked-in section, and reaching this CPU's copy by a segment register.
//
//   DEFINE_PER_CPU(int, counter);
//   this_cpu_add(counter, 1);              one instruction: an interrupt cannot come between
//
// The section in the image is the template, and the boot CPU's copy until setup_per_cpu_areas().
// GS (x86_64) or FS (i686) has the distance from the template to this CPU's copy as its base, so
// that gs:variable is the copy; the other CPUs' distances are in __per_cpu_offset. CPUs that are
// possible but absent share a copy that nobody uses.
//
// Source: Linux 6.1 arch/x86/include/asm/percpu.h, include/linux/percpu-defs.h.
#pragma once

#include <stdint.h>

extern "C" char __per_cpu_start[], __per_cpu_end[]; // the template, by the linker script

#define DECLARE_PER_CPU(type, name) extern type name
#define DEFINE_PER_CPU(type, name) [[gnu::section(".data..percpu")]] type name

#ifdef __x86_64__
#define PERCPU_SEGMENT "%%gs:"
#else
#define PERCPU_SEGMENT "%%fs:"
#endif

namespace pagelab::arch {

inline constexpr unsigned NR_CPUS = 64;

extern uintptr_t __per_cpu_offset[NR_CPUS];

DECLARE_PER_CPU(uintptr_t, this_cpu_off);
DECLARE_PER_CPU(unsigned, cpu_number);

// From here on this CPU's copy is that at `offset` from the template.
void load_percpu_base(uintptr_t offset);

// T, but not deduced: a value takes the type of the variable.
template<class T>
struct SameType {
    using type = T;
};
template<class T>
using SameAs = typename SameType<T>::type;

// Of variables no wider than a register.
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
void this_cpu_inc(T& variable)
{
    this_cpu_add(variable, T{1});
}

template<class T>
void this_cpu_dec(T& variable)
{
    this_cpu_add(variable, static_cast<T>(-1));
}

// Copies by pointer; `pointer` is that of the template or one from alloc_percpu.
template<class T>
T* this_cpu_ptr(T* pointer)
{
    return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(pointer) + this_cpu_read(this_cpu_off));
}

template<class T>
T* per_cpu_ptr(T* pointer, unsigned cpu)
{
    return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(pointer) + __per_cpu_offset[cpu]);
}

template<class T>
T& per_cpu(T& variable, unsigned cpu)
{
    return *per_cpu_ptr(&variable, cpu);
}

inline unsigned smp_processor_id()
{
    return this_cpu_read(cpu_number);
}

} // namespace pagelab::arch
