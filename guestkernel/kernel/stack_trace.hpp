// Return addresses found by following frame pointers.
//
// The word at a frame pointer is the caller's, the next the return address; entry code starts the
// chain with 0. The walk ends where the chain leaves the stack or the kernel's text.
#pragma once

#include <stdint.h>

namespace pagelab::kernel {

// From the frame on, innermost first; returns how many were stored.
unsigned walk_stack(void const* frame, uintptr_t* addresses, unsigned max);

// The same for the running code, without the frames below the one that returns to `caller`.
unsigned save_stack(uintptr_t caller, uintptr_t* addresses, unsigned max);

} // namespace pagelab::kernel
