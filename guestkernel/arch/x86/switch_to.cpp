// A new thread's first stack frame: as if it had called __switch_to_asm from ret_from_fork.
#include "guestkernel/arch/x86/switch_to.hpp"

namespace pagelab::arch {

namespace {

struct inactive_task_frame { // in the order of the POPs of switch_to.S
#ifdef __x86_64__
    uintptr_t r15, r14, r13, r12;
#else
    uintptr_t di, si;
#endif
    uintptr_t bx, bp, return_address;
};

constexpr uintptr_t kStackAlignment = 16;

} // namespace

uintptr_t make_thread_frame(uintptr_t stack_end, void (*function)(void*), void* argument)
{
    uintptr_t const sp = stack_end - kStackAlignment - sizeof(inactive_task_frame);
    auto& frame = *reinterpret_cast<inactive_task_frame*>(sp);
    frame = {};
    frame.bx = reinterpret_cast<uintptr_t>(function);
#ifdef __x86_64__
    frame.r12 = reinterpret_cast<uintptr_t>(argument);
#else
    frame.di = reinterpret_cast<uintptr_t>(argument);
#endif
    frame.return_address = reinterpret_cast<uintptr_t>(ret_from_fork);
    return sp;
}

} // namespace pagelab::arch
