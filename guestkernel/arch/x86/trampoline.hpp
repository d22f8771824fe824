// Starting another CPU: the page below 1 MiB where it begins, and what it is given on the way.
//
// One CPU at a time: the parameters are taken by the time start_secondary() runs.
#pragma once

#include <stdint.h>

#include "guestkernel/mm/memblock.hpp"

// Called by secondary.S on the new CPU: kernel page tables, the boot CPU's CR4 and EFER, the early
// GDT, no per-CPU variables, interrupts off. Must not return.
extern "C" [[noreturn]] void start_secondary(unsigned cpu);

namespace pagelab::arch {

// Take the last page of low RAM. All of the first MiB is reserved (mm/e820.cpp), as Linux has it
// after reserve_real_mode(), and the firmware's data are at its other end.
void choose_trampoline(mm::memblock const& memory);

// Fill the page. `cpu` will run start_secondary on the stack that ends at `stack_top`. Returns the
// vector of the start-up IPI: the page's number.
unsigned prepare_trampoline(unsigned cpu, uintptr_t stack_top);

} // namespace pagelab::arch
