// Kernel stacks: memory for them, and which one an address belongs to.
#include "guestkernel/kernel/stacks.hpp"

#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/irq_stack.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/vmalloc.hpp"

extern "C" {
DEFINE_PER_CPU(uintptr_t, hardirq_stack_ptr) = 0;
}

namespace pagelab::kernel {

namespace {

DEFINE_PER_CPU(stack_info, irq_stack) = {};
DEFINE_PER_CPU(stack_info, exception_stacks[arch::kExceptionStacks]) = {};

lib::spinlock_t known_stacks_lock; // reports look, whatever was interrupted

// All of them, the one in the image first. Its addresses are the linker's, known only at run time.
lib::list_head& known_stacks()
{
    static lib::list_head known = {&known, &known};
    static stack_info boot_stack = {"TASK", 0, 0, {}};
    if (boot_stack.end == 0) {
        boot_stack.begin = reinterpret_cast<uintptr_t>(boot_stack_guard) + kPageSize;
        boot_stack.end = reinterpret_cast<uintptr_t>(boot_stack_top);
        lib::list_add(boot_stack.list, known);
    }
    return known;
}

stack_info const* find_stack(uintptr_t address)
{
    output_guard const guard(known_stacks_lock);
    lib::list_head const& known = known_stacks();
    for (lib::list_head* link = known.next; link != &known; link = link->next) {
        stack_info const* const stack = CONTAINER_OF(link, stack_info, list);
        if (address >= stack->begin && address < stack->end)
            return stack;
    }
    return nullptr;
}

lib::Result<uintptr_t> allocate(uintptr_t size)
{
    mm::vm_request request = mm::vmalloc_request(vmalloc_memory(), size, mm::GFP_KERNEL,
                                                 arch::kPageRw, __builtin_return_address(0));
    request.align = size;
    return reinterpret_cast<uintptr_t>(TRY(mm::vmalloc_range(vmalloc_memory(), request)));
}

lib::Result<> make_stack(stack_info& stack, char const* name, uintptr_t size)
{
    stack.begin = TRY(allocate(size));
    stack.end = stack.begin + size;
    stack.name = name;
    output_guard const guard(known_stacks_lock);
    lib::list_add(stack.list, known_stacks());
    return {};
}

void count_stack(long bytes)
{
    mm::mod_node_page_state(node(), mm::NR_KERNEL_STACK_KB, bytes / 1024);
}

} // namespace

lib::Result<> alloc_thread_stack(stack_info& stack)
{
    TRY(make_stack(stack, "TASK", THREAD_SIZE));
    count_stack(THREAD_SIZE);
    return {};
}

void free_thread_stack(stack_info& stack)
{
    {
        output_guard const guard(known_stacks_lock);
        lib::list_del(stack.list);
    }
    vfree(reinterpret_cast<void*>(stack.begin));
    count_stack(-static_cast<long>(THREAD_SIZE));
}

lib::Result<> irq_init_percpu_irqstack(unsigned cpu)
{
    stack_info& stack = arch::per_cpu(irq_stack, cpu);
    TRY(make_stack(stack, "IRQ", IRQ_STACK_SIZE));
    arch::per_cpu(hardirq_stack_ptr, cpu) = stack.end;
    auto& others = arch::per_cpu(exception_stacks, cpu);
    uintptr_t tops[arch::kExceptionStacks];
    for (unsigned i = 0; i < arch::kExceptionStacks; i++) {
        TRY(make_stack(others[i], arch::kExceptionStackNames[i], EXCEPTION_STKSZ));
        tops[i] = others[i].end;
    }
    arch::set_exception_stacks(cpu, tops);
    if (cpu == arch::smp_processor_id())
        arch::load_descriptor_tables(cpu);
    return {};
}

stack_info const* get_stack_info(uintptr_t address)
{
    return find_stack(address);
}

bool is_frame_on_stack(uintptr_t frame)
{
    stack_info const* const stack = find_stack(frame);
    return stack != nullptr && stack->end - frame >= 2 * sizeof(uintptr_t) &&
           frame % sizeof(uintptr_t) == 0;
}

stack_info const* get_stack_guard_info(uintptr_t address)
{
    stack_info const* const above = find_stack(address + kPageSize);
    return find_stack(address) == nullptr && above != nullptr && above->begin - address <= kPageSize
               ? above
               : nullptr;
}

} // namespace pagelab::kernel
