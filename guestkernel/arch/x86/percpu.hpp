// Where each CPU's copy of the per-CPU variables is (lib/percpu.hpp defines and reaches them).
//
// The section in the image is the template, and the boot CPU's copy until setup_per_cpu_areas().
// GS (x86_64) or FS (i686) has the distance from the template to this CPU's copy as its base; the
// other CPUs' distances are in __per_cpu_offset. CPUs that are possible but absent share a copy
// that nobody uses.
//
// Source: Linux 6.1 arch/x86/include/asm/percpu.h, include/linux/percpu-defs.h.
#pragma once

#include <stdint.h>

#include "guestkernel/lib/percpu.hpp"

extern "C" char __per_cpu_start[], __per_cpu_end[]; // the template, by the linker script

namespace pagelab::arch {

inline constexpr unsigned NR_CPUS = 64;

extern "C" {
extern uintptr_t __per_cpu_offset[NR_CPUS];
DECLARE_PER_CPU(uintptr_t, this_cpu_off);
}

using lib::cpu_number;
using lib::smp_processor_id;
using lib::this_cpu_add;
using lib::this_cpu_add_return;
using lib::this_cpu_dec;
using lib::this_cpu_inc;
using lib::this_cpu_read;
using lib::this_cpu_write;

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

} // namespace pagelab::arch
