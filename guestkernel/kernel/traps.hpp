// Traps and interrupts: who gets which vector.
#pragma once

#include "guestkernel/arch/x86/trap_frame.hpp"

namespace pagelab::kernel {

// While one is set it is offered every exception first and returns whether it dealt with it. It
// may change the frame, which the interrupted code resumes from.
using exception_hook = bool (*)(arch::pt_regs& regs);
void set_exception_hook(exception_hook hook);

} // namespace pagelab::kernel
