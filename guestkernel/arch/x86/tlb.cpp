// Forgetting translations on this CPU.
#include "guestkernel/arch/x86/tlb.hpp"

#include "guestkernel/arch/x86/cpu.hpp"

namespace pagelab::arch {

void __flush_tlb_one(uintptr_t address)
{
    invlpg(reinterpret_cast<void const*>(address));
}

void __flush_tlb_range(uintptr_t start, uintptr_t end)
{
    constexpr uintptr_t kCeiling = 33 * kPageSize;
    if (end - start > kCeiling) {
        __flush_tlb_all();
        return;
    }
    for (uintptr_t address = start; address < end; address += kPageSize)
        __flush_tlb_one(address);
}

void __flush_tlb_all()
{
    InterruptGuard const guard;
    uintptr_t const cr4 = read_cr4();
    write_cr4(cr4 ^ static_cast<uintptr_t>(x86::cr4::PageGlobal::mask));
    write_cr4(cr4);
}

} // namespace pagelab::arch
