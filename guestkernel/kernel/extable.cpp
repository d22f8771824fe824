// Faults that somebody has reckoned with.
#include "guestkernel/kernel/extable.hpp"

#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/extable.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/rcu.hpp"

namespace pagelab::kernel {

namespace {

using entry = arch::exception_table_entry;

// 0: there is none.
uintptr_t find_fixup(entry const* table, entry const* end, uintptr_t address)
{
    for (; table < end; table++) {
        if (arch::ex_insn_addr(*table) == address)
            return arch::ex_fixup_addr(*table);
    }
    return 0;
}

uintptr_t search_exception_tables(uintptr_t address)
{
    if (uintptr_t const fixup = find_fixup(__start___ex_table, __stop___ex_table, address))
        return fixup;
    rcu_guard const guard;
    module const* const m = module_at(address);
    return m != nullptr ? find_fixup(m->extable, m->extable + m->num_exentries, address) : 0;
}

} // namespace

bool fixup_exception(arch::pt_regs& regs)
{
    if (regs.vector != static_cast<unsigned>(x86::Vector::page_fault) &&
        regs.vector != static_cast<unsigned>(x86::Vector::general_protection))
        return false;
    uintptr_t const fixup = search_exception_tables(static_cast<uintptr_t>(regs.ip));
    if (fixup != 0)
        regs.ip = fixup;
    return fixup != 0;
}

size_t copy_nofault(void* to, void const* from, size_t size)
{
    asm volatile("1: rep movsb\n2:\n" EXTABLE("1b", "2b")
                 : "+c"(size), "+D"(to), "+S"(from)
                 :
                 : "memory");
    return size;
}

} // namespace pagelab::kernel
