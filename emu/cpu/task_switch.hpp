// Hardware task switch by an interrupt or exception whose IDT entry is a task gate.
//
// Only between 32-bit task state segments: with a 16-bit one (current or new) the gate faults with
// #TS. Not done: the TSS' debug trap flag, and the local breakpoints of DR7.
#pragma once

#include "emu/cpu/delivery_step.hpp"

namespace pagelab::cpu {

// `gate` is present and may be used. On success `state` is the new task's, with CR3, CR0.TS and TR
// changed and the error code, if there is one, on its stack. On a fault TR tells whose the fault
// is: unchanged, the old task's, and `state` is to be thrown away; changed, the new task's, and
// `state` is what it faulted with (SDM vol. 3, section 8.3, step 13 and the note after it).
StepResult switch_task(CpuState& state, LinearMemory& memory, Event const& event, uint64_t gate);

} // namespace pagelab::cpu
