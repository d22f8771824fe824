// What a module must have been compiled for, as its .modinfo says: vermagic=...
//
// Source: Linux 6.1 include/linux/vermagic.h, arch/x86/include/asm/vermagic.h.
#pragma once

#ifdef __x86_64__
#define MODULE_ARCH_VERMAGIC ""
#else
#define MODULE_ARCH_VERMAGIC "686 "
#endif

#define VERMAGIC_STRING "0.1 SMP preempt mod_unload " MODULE_ARCH_VERMAGIC
