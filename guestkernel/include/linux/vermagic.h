// What kernel a module was built for: it is loaded by no other. For the kernel and FOO.mod.c alone,
// which have included generated/utsrelease.h. Source: Linux 6.1 include/linux/vermagic.h,
// arch/x86/include/asm/vermagic.h.
#pragma once

#ifdef __x86_64__
#define MODULE_ARCH_VERMAGIC ""
#else
#define MODULE_ARCH_VERMAGIC "686 "
#endif
#define VERMAGIC_STRING UTS_RELEASE " SMP preempt mod_unload " MODULE_ARCH_VERMAGIC
