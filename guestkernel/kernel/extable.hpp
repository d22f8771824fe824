// Faults that somebody has reckoned with. Source: Linux 6.1 arch/x86/mm/extable.c,
// kernel/extable.c.
#pragma once

#include <stddef.h>

#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// Deals with a page fault or #GP of an instruction with an entry in the kernel's table or a
// module's: it goes on at the fixup.
bool fixup_exception(arch::pt_regs& regs);

// How many of the bytes, at the end, it could not copy because one of the two sides faults.
size_t copy_nofault(void* to, void const* from, size_t size);

} // namespace pagelab::kernel
