// The final GDT, IDT and task state segment, with a stack of its own for what cannot trust the
// current one: #DF, NMI and #MC on x86_64 (IST 1..3), #DF on i686 (a task gate). Each CPU has its
// own GDT and TSSes; all share the IDT.
//
// Sources: Intel SDM volume 3, sections 6.14.5 (IST), 8.2 (TSS), 6.15 (#DF).
#pragma once

#include <stdint.h>

namespace pagelab::arch {

// Selectors, the same in both kernels.
inline constexpr unsigned short kKernelCs32 = 0x08;
inline constexpr unsigned short kKernelCs64 = 0x10;
inline constexpr unsigned short kKernelDs = 0x18;
inline constexpr unsigned short kTssSelector = 0x20; // x86_64: a TSS descriptor takes two entries
inline constexpr unsigned short kDoubleFaultTss = 0x28; // i686
inline constexpr unsigned short kPercpuSelector = 0x30; // i686: FS; trap_entry.S knows it, too
inline constexpr unsigned kGdtEntries = 7;

inline constexpr unsigned kVectors = 48;          // 32 exceptions, 16 interrupt lines
inline constexpr unsigned kFirstIrqVector = 0x20; // where the PIC pair is moved to

#ifdef __x86_64__
inline constexpr unsigned kExceptionStacks = 3;
#else
inline constexpr unsigned kExceptionStacks = 1;
#endif

// As in reports: Linux 6.1 arch/x86/kernel/dumpstack_64.c, dumpstack_32.c.
inline constexpr char const* kExceptionStackNames[] = {"#DF", "NMI", "#MC"};

// The gates of kVectors; and those of the system vectors, when there are local APICs to send them.
void fill_exception_gates();
void fill_system_gates();

// Load this CPU's GDT, the IDT and TSS, and the base of its per-CPU variables; this CPU is `cpu`.
// Needs the final page tables: the double fault task starts with the current CR3.
void load_descriptor_tables(unsigned cpu);

// The exception stacks of a CPU, by the end of each, from its next load_descriptor_tables() on.
// Until then it uses some in the image, which it must not share with a CPU that runs.
void set_exception_stacks(unsigned cpu, uintptr_t const (&tops)[kExceptionStacks]);

} // namespace pagelab::arch
