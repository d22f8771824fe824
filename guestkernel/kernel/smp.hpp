// Asking other CPUs to do something: call functions there, reschedule, stop.
//
// A function called on another CPU runs in its interrupt handler, with interrupts off, and must not
// sleep. Callers have interrupts on, else two CPUs that call each other wait for ever. Waiting ends
// when the function has returned everywhere. Source: Linux 6.1 kernel/smp.c, arch/x86/kernel/smp.c.
#pragma once

#include "guestkernel/arch/x86/trap_frame.hpp"
#include "guestkernel/kernel/cpumask.hpp"

namespace pagelab::kernel {

using smp_call_func_t = void (*)(void* info);

enum class call_wait : bool { no, yes };

// On one CPU; 0, or -ENXIO if that is not online. On this one it is an ordinary call.
int smp_call_function_single(unsigned cpu, smp_call_func_t function, void* info, call_wait wait);

// On all online CPUs of the mask but this one.
void smp_call_function_many(cpumask_t const* mask, smp_call_func_t function, void* info,
                            call_wait wait);
void smp_call_function(smp_call_func_t function, void* info, call_wait wait);

// On all online CPUs, this one last.
void on_each_cpu(smp_call_func_t function, void* info, call_wait wait);

// The other CPU looks whether it should schedule, soon.
void smp_send_reschedule(unsigned cpu);

// This CPU halts for good.
[[noreturn]] void stop_this_cpu();

// All other CPUs halt for good: for panic and the ways out. Any CPU, any state.
void smp_send_stop();

// A vector of the local APIC came; from handle_trap.
void handle_system_vector(arch::pt_regs& regs);

// A non-maskable interrupt: true if it was smp_send_stop's, which does not return then.
bool handle_stop_nmi();

} // namespace pagelab::kernel
