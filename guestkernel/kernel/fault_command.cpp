// The fault command: each kind of mistake the CPU can catch, made on purpose.
#include "guestkernel/kernel/commands.hpp"

#include <stddef.h>

#include "guestkernel/arch/x86/irq_stack.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/lib/irqflags.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

[[gnu::noinline]] void fault_null()
{
    asm volatile("movl $1, (%0)" : : "r"(uintptr_t{8}) : "memory");
}

[[gnu::noinline]] void fault_general_protection()
{
    asm volatile("mov %w0, %%fs" : : "r"(0xfff8)); // a selector beyond the GDT
}

[[gnu::noinline]] void fault_invalid_opcode()
{
    asm volatile("ud2");
}

[[gnu::noinline]] void fault_write_protect()
{
    *reinterpret_cast<char volatile*>(_text) = 0;
}

[[gnu::noinline]] void fault_no_execute()
{
    static char volatile instructions[] = {'\xc3'}; // RET, but not in text
    reinterpret_cast<void (*)()>(reinterpret_cast<uintptr_t>(instructions))();
}

[[gnu::noinline]] size_t fault_stack(size_t depth)
{
    char volatile room[256];
    room[depth % sizeof(room)] = 1;
    return depth == 0 ? 0
                      : fault_stack(depth - 1) + static_cast<size_t>(room[depth % sizeof(room)]);
}

[[gnu::noinline]] void fault_stack_overflow()
{
    fault_stack(1'000'000); // far more than the stack holds
}

// As an interrupt's handler would, if it called too deep.
[[gnu::noinline]] void fault_irq_stack_overflow()
{
    lib::local_irq_disable();
    arch::switch_stack(lib::this_cpu_read(hardirq_stack_ptr), [] {
        fault_stack_overflow();
        panic("the interrupt stack has no end");
    });
}

[[gnu::noinline]] void fault_divide()
{
    asm volatile("xor %%edx, %%edx; divl %0" : : "r"(0) : "eax", "edx", "cc");
}

struct fault_kind {
    char const* name;
    void (*provoke)();
};

constexpr fault_kind kKinds[] = {
    {"null", fault_null},
    {"gp", fault_general_protection},
    {"ud", fault_invalid_opcode},
    {"wp", fault_write_protect},
    {"nx", fault_no_execute},
    {"stack", fault_stack_overflow},
    {"irqstack", fault_irq_stack_overflow},
    {"div", fault_divide},
};

} // namespace

void run_fault(int argc, char const* const* argv)
{
    for (fault_kind const& kind : kKinds) {
        if (argc > 1 && strcmp(argv[1], kind.name) == 0)
            kind.provoke();
    }
    console_puts("fault: usage: fault null|gp|ud|wp|nx|stack|irqstack|div\n");
}

} // namespace pagelab::kernel
