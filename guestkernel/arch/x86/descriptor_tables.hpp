// The final GDT, IDT and task state segment, with a stack of its own for what cannot trust the
// current one: #DF, NMI and #MC on x86_64 (IST 1..3), #DF on i686 (a task gate).
//
// Sources: Intel SDM volume 3, sections 6.14.5 (IST), 8.2 (TSS), 6.15 (#DF).
#pragma once

namespace pagelab::arch {

// Selectors, the same in both kernels.
inline constexpr unsigned short kKernelCs32 = 0x08;
inline constexpr unsigned short kKernelCs64 = 0x10;
inline constexpr unsigned short kKernelDs = 0x18;
inline constexpr unsigned short kTssSelector = 0x20;
inline constexpr unsigned short kDoubleFaultTss = 0x28; // i686
inline constexpr unsigned short kPercpuSelector = 0x30; // i686: FS; trap_entry.S knows it, too

inline constexpr unsigned kVectors = 48;          // 32 exceptions, 16 interrupt lines
inline constexpr unsigned kFirstIrqVector = 0x20; // where the PIC pair is moved to

// Load all three. Needs the final page tables: the double fault task starts with the current CR3.
void load_descriptor_tables();

} // namespace pagelab::arch
