// Per-CPU memory as Linux names it; the accessors of this CPU's copy are in arch/x86/percpu.hpp.
#pragma once

#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/lib/result.hpp"
#include "guestkernel/mm/percpu.hpp"

namespace pagelab::kernel {

// The first chunk: a copy of the static variables for each CPU present, and the spare copy for all
// that are absent. After the final page tables, before memblock gives its memory away.
lib::Result<> setup_per_cpu_areas();

// A per-CPU pointer, zeroed for all CPUs; null after a line in the log.
void* __alloc_percpu(size_t size, size_t align);
void* __alloc_reserved_percpu(size_t size, size_t align); // for the variables of modules
// Copies `size` bytes to every CPU's copy.
void fill_percpu(void* pointer, void const* from, size_t size);
void free_percpu(void* pointer);                          // null is ignored

template<class T>
T* alloc_percpu()
{
    return static_cast<T*>(__alloc_percpu(sizeof(T), alignof(T)));
}

unsigned long percpu_bytes(); // of all chunks, as /proc/meminfo has it
mm::pcpu_state& percpu_memory();

} // namespace pagelab::kernel
