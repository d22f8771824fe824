// The stack in words: every word of it that is a code address, and which of them surely return.
//
// A return address that the chain of frame pointers leads to is certain. Any other may be left
// from a call that is over, and is marked with '?'. Source: Linux 6.1 arch/x86/kernel/dumpstack.c
// (show_trace_log_lvl), lib/dump_stack.c.
#include "guestkernel/kernel/oops.hpp"

#include "guestkernel/kernel/dmi.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/proc.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/stacks.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr auto kLevel = log_level::warning;
constexpr unsigned kMaxStacks = 4; // one within another; a damaged chain might go in circles

uintptr_t word_at(uintptr_t address)
{
    return *reinterpret_cast<uintptr_t const*>(address);
}

// 32-bit kernels do not name a thread's stack.
bool is_named(stack_info const& stack)
{
    return sizeof(uintptr_t) == 8 || strcmp(stack.name, "TASK") != 0;
}

// From `sp` to the stack's end; returns the frame the chain goes on with behind it.
uintptr_t show_stack(stack_info const& stack, uintptr_t sp, uintptr_t frame)
{
    if (is_named(stack))
        printk(kLevel, " <%s>\n", stack.name);
    for (uintptr_t at = sp; at < stack.end; at += sizeof(uintptr_t)) {
        bool const certain = at == frame + sizeof(uintptr_t);
        if (certain)
            frame = word_at(frame);
        if (is_text_address(word_at(at)))
            printk(kLevel, " %s%pB\n", certain ? "" : "? ", reinterpret_cast<void*>(word_at(at)));
    }
    if (is_named(stack))
        printk(kLevel, " </%s>\n", stack.name);
    return frame;
}

} // namespace

void show_trace(uintptr_t sp, uintptr_t frame)
{
    printk(kLevel, "Call Trace:\n");
    stack_info const* stack = get_stack_info(sp);
    if (stack == nullptr) { // run over: begin where the guard page ends
        sp = lib::align_up(sp, uintptr_t{kPageSize});
        stack = get_stack_info(sp);
    }
    sp = lib::align_up(sp, sizeof(uintptr_t));
    for (unsigned i = 0; i < kMaxStacks && stack != nullptr; i++) {
        frame = show_stack(*stack, sp, frame);
        sp = frame;
        stack = is_frame_on_stack(frame) ? get_stack_info(frame) : nullptr;
    }
}

void dump_stack_print_info()
{
    task_struct const& current = get_current();
    printk(kLevel, "CPU: %u PID: %d Comm: %s %s %s #1\n", arch::smp_processor_id(), current.pid,
           current.comm, print_tainted(), kRelease);
    if (dmi_ids()[0] != '\0')
        printk(kLevel, "Hardware name: %s\n", dmi_ids());
}

[[gnu::noinline]] void dump_stack()
{
    output_guard const guard(report_lock);
    dump_stack_print_info();
    auto const frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
    show_trace(frame, frame);
}

} // namespace pagelab::kernel
