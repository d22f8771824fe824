// The processor's instructions that C has no words for. Source: Linux 6.1
// arch/x86/include/asm/processor.h, vdso/processor.h.
#pragma once

#include <asm/special_insns.h>
#include <linux/compiler.h>

#define cpu_relax() __asm__ __volatile__("pause" : : : "memory")
