// What kernel a module was built for: it is loaded by no other. Source: Linux 6.1
// include/linux/vermagic.h, arch/x86/include/asm/vermagic.h.
#pragma once

#include <generated/utsrelease.h>

#ifdef __x86_64__
#define MODULE_ARCH_VERMAGIC ""
#else
#define MODULE_ARCH_VERMAGIC "686 "
#endif
#define VERMAGIC_STRING UTS_RELEASE " SMP preempt mod_unload " MODULE_ARCH_VERMAGIC
