// What the kernel says when it is wrong.
#include "guestkernel/kernel/oops.hpp"

#include "guestkernel/abi/x86/page_fault_code.hpp"
#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/stacks.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr int kSigsegv = 11;

unsigned die_counter;
bool panic_on_oops;

// Linux' show_fault_oops (arch/x86/mm/fault.c).
void show_page_fault(uint64_t code, uintptr_t address)
{
    namespace pf = x86::page_fault_code;
    if (address < kPageSize)
        printk(log_level::alert, "BUG: kernel NULL pointer dereference, address: %px\n",
               reinterpret_cast<void*>(address));
    else
        printk(log_level::alert, "BUG: unable to handle page fault for address: %px\n",
               reinterpret_cast<void*>(address));
    char const* const access = pf::InstructionFetch::is_set(code) ? "instruction fetch"
                               : pf::Write::is_set(code)          ? "write access"
                                                                  : "read access";
    char const* const reason = !pf::Present::is_set(code)        ? "not-present page"
                               : pf::Reserved::is_set(code)      ? "reserved bit violation"
                               : pf::ProtectionKey::is_set(code) ? "protection keys violation"
                                                                 : "permissions violation";
    printk(log_level::alert, "#PF: %s %s in kernel mode\n",
           pf::User::is_set(code) ? "user" : "supervisor", access);
    printk(log_level::alert, "#PF: error_code(0x%04x) - %s\n", static_cast<unsigned>(code), reason);
}

// The name of the oops: "Oops" for page faults, otherwise the exception's.
char const* show_reason(arch::pt_regs const& regs)
{
    auto const vector = static_cast<unsigned>(regs.vector);
    uintptr_t const address = arch::read_cr2();
    if (vector == static_cast<unsigned>(x86::Vector::page_fault)) {
        show_page_fault(regs.error_code, address);
        return "Oops";
    }
    stack_info const* const stack = get_stack_guard_info(address);
    if (vector == static_cast<unsigned>(x86::Vector::double_fault) && stack != nullptr) {
        printk(log_level::emerg, "BUG: %s stack guard page was hit at %p (stack is %p..%p)\n",
               stack->name, reinterpret_cast<void*>(address), reinterpret_cast<void*>(stack->begin),
               reinterpret_cast<void*>(stack->end));
        return "stack guard page";
    }
    return x86::vector_name(vector);
}

// One CPU at a time.
void report_oops(arch::pt_regs const& regs)
{
    output_guard const guard(report_lock);
    char const* const name = show_reason(regs);
    printk(log_level::emerg, "%s: %04x [#%u]\n", name, static_cast<unsigned>(regs.error_code),
           ++die_counter);
    show_regs(regs);
    print_modules();
    add_taint(mm::TAINT_DIE);
    printk(log_level::warning, "---[ end trace 0000000000000000 ]---\n");
}

} // namespace

void set_panic_on_oops()
{
    panic_on_oops = true;
}

void show_code(uintptr_t ip)
{
    constexpr int kBefore = 42;
    constexpr int kBytes = 64;
    char line[kBytes * 5];
    int length = 0;
    for (int i = -kBefore; i < kBytes - kBefore; i++) {
        uintptr_t const at = ip + static_cast<uintptr_t>(i);
        if (!is_text_address(at))
            continue;
        length += lib::snprintf(line + length, sizeof(line) - static_cast<size_t>(length),
                                i == 0 ? " <%02x>" : " %02x",
                                *reinterpret_cast<unsigned char const*>(at));
    }
    printk(log_level::warning, "Code:%s\n", length > 0 ? line : " Unable to access opcode bytes.");
}

void show_regs(arch::pt_regs const& regs)
{
    dump_stack_print_info();
    show_registers(regs);
    show_trace(arch::stack_pointer(regs), static_cast<uintptr_t>(regs.bp));
}

void die(arch::pt_regs const& regs)
{
    report_oops(regs);
    bool const by_double_fault =
        regs.vector == static_cast<unsigned>(x86::Vector::double_fault); // like an NMI: anywhere
    if (lib::in_interrupt() || by_double_fault)
        panic("Fatal exception in interrupt");
    if (panic_on_oops)
        panic("Fatal exception");
    make_task_dead(kSigsegv);
}

} // namespace pagelab::kernel
