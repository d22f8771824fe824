// Kernel stacks: 16 KiB (x86_64) or 8 KiB (i686) in the vmalloc window, each with an unmapped page
// below it, so that running over the end faults at once (Linux' VMAP_STACK).
//
// The fault cannot be delivered on a stack that is full: it becomes a double fault, which has a
// stack of its own, and get_stack_guard_info tells which stack it was about.
//
// Source: Linux 6.1 arch/x86/include/asm/page_64_types.h, page_32_types.h (THREAD_SIZE,
// IRQ_STACK_SIZE, EXCEPTION_STKSZ), kernel/fork.c (alloc_thread_stack_node),
// arch/x86/kernel/dumpstack.c.
#pragma once

#include <stdint.h>

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

#ifdef __x86_64__
inline constexpr uintptr_t THREAD_SIZE = 16384;
inline constexpr uintptr_t IRQ_STACK_SIZE = 16384;
#else
inline constexpr uintptr_t THREAD_SIZE = 8192;
inline constexpr uintptr_t IRQ_STACK_SIZE = 8192;
#endif
inline constexpr uintptr_t EXCEPTION_STKSZ = 8192;

// A stack the kernel knows: [begin, end). The object is its owner's.
struct stack_info {
    char const* name; // as in reports: TASK, IRQ, #DF ...
    uintptr_t begin;
    uintptr_t end;
    lib::list_head list;
};

// Memory for a thread's stack, made known under the name TASK; and back.
lib::Result<> alloc_thread_stack(stack_info& stack);
void free_thread_stack(stack_info& stack);

// The stacks a CPU has for interrupts and for the exceptions that cannot trust the current one. A
// CPU that runs uses them from here on.
lib::Result<> irq_init_percpu_irqstack(unsigned cpu);

// The stack an address lies in, or null; the stack whose guard page it lies in.
stack_info const* get_stack_info(uintptr_t address);
stack_info const* get_stack_guard_info(uintptr_t address);

// Whether a frame pointer, and the return address above it, can be read on some stack.
bool is_frame_on_stack(uintptr_t frame);

} // namespace pagelab::kernel
