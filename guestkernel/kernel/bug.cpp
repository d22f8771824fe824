// What becomes of a WARN.
#include "guestkernel/kernel/bug.hpp"

#include <stdarg.h>

#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/output_lock.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/taint.hpp"

namespace pagelab::kernel {

namespace {

constexpr char kCutHere[] = "------------[ cut here ]------------\n";

lib::bug_entry* find_bug(uintptr_t address)
{
    for (lib::bug_entry* bug = __start___bug_table; bug < __stop___bug_table; bug++) {
        if (lib::bug_addr(*bug) == address)
            return bug;
    }
    rcu_guard const guard;
    module const* const m = module_at(address);
    for (unsigned i = 0; m != nullptr && i < m->num_bugs; i++) {
        if (lib::bug_addr(m->bug_table[i]) == address)
            return &m->bug_table[i];
    }
    return nullptr;
}

void report_warning(lib::bug_entry const& bug, arch::pt_regs const& regs)
{
    output_guard const guard(report_lock);
    if ((bug.flags & BUGFLAG_NO_CUT_HERE) == 0)
        printk(log_level::warning, kCutHere);
    printk(log_level::warning, "WARNING: CPU: %u PID: %d at %s:%u %pS\n", arch::smp_processor_id(),
           get_current().pid, lib::bug_file(bug), unsigned{bug.line},
           reinterpret_cast<void*>(regs.ip));
    print_modules();
    show_regs(regs);
    printk(log_level::warning, "---[ end trace 0000000000000000 ]---\n");
    add_taint(mm::TAINT_WARN);
}

} // namespace

bool handle_bug(arch::pt_regs& regs)
{
    if (regs.vector != static_cast<unsigned>(x86::Vector::invalid_opcode))
        return false;
    lib::bug_entry* const bug = find_bug(regs.ip);
    if (bug == nullptr)
        return false;
    if ((bug->flags & BUGFLAG_WARNING) == 0) { // BUG(): what follows is an oops
        printk(log_level::crit, kCutHere);
        printk(log_level::crit, "kernel BUG at %s:%u!\n", lib::bug_file(*bug), unsigned{bug->line});
        return false;
    }
    unsigned const once = BUGFLAG_ONCE | BUGFLAG_DONE;
    if ((bug->flags & once) != once)
        report_warning(*bug, regs);
    bug->flags |= BUGFLAG_DONE;
    regs.ip += lib::kUd2Length;
    return true;
}

void warn_printk(char const* format, ...)
{
    va_list arguments;
    printk(log_level::warning, kCutHere);
    va_start(arguments, format);
    vprintk(log_level::warning, format, arguments);
    va_end(arguments);
}

} // namespace pagelab::kernel
