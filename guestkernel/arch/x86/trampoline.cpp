// Starting another CPU: the trampoline page and the parameters.
#include "guestkernel/arch/x86/trampoline.hpp"

#include "guestkernel/abi/x86/efer.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/lib/string.hpp"

extern "C" {
extern char const trampoline_start[], trampoline_end[];

// Read by secondary.S, the first two by their physical address.
uint32_t secondary_cr4;
uint32_t secondary_efer;
uintptr_t secondary_cr3;
uintptr_t secondary_stack;
unsigned secondary_cpu;
}

namespace pagelab::arch {

namespace {

constexpr uint64_t kLowRamEnd = 0xa'0000;

PhysAddr page;

} // namespace

void choose_trampoline(mm::memblock const& memory)
{
    page = PhysAddr(kLowRamEnd);
    do
        page = page - kPageSize;
    while (!mm::memblock_is_memory(memory, page));
}

unsigned prepare_trampoline(unsigned cpu, uintptr_t stack_top)
{
    memcpy(phys_to_virt(page), trampoline_start,
           static_cast<size_t>(trampoline_end - trampoline_start));
    secondary_cr4 = static_cast<uint32_t>(read_cr4());
    secondary_efer =
        static_cast<uint32_t>(read_msr(x86::Msr::efer) & ~x86::efer::LongModeActive::mask);
    secondary_cr3 = read_cr3();
    secondary_stack = stack_top;
    secondary_cpu = cpu;
    return static_cast<unsigned>(phys_to_pfn(page).value);
}

} // namespace pagelab::arch
