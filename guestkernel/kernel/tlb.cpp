// TLB shootdown: each CPU forgets, then says so by returning from the call.
#include "guestkernel/kernel/tlb.hpp"

#include "guestkernel/arch/x86/tlb.hpp"
#include "guestkernel/kernel/interrupts.hpp"
#include "guestkernel/kernel/smp.hpp"

namespace pagelab::kernel {

namespace {

struct flush_tlb_info {
    unsigned long start;
    unsigned long end;
    unsigned initiating_cpu;
};

void flush_here(void* pointer)
{
    auto const& info = *static_cast<flush_tlb_info const*>(pointer);
    if (arch::smp_processor_id() != info.initiating_cpu)
        arch::this_cpu_ptr(&irq_stat)->irq_tlb_count++;
    arch::__flush_tlb_range(info.start, info.end);
}

} // namespace

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
    if (num_online_cpus() == 1) {
        arch::__flush_tlb_range(start, end);
        return;
    }
    flush_tlb_info info = {start, end, arch::smp_processor_id()};
    on_each_cpu(flush_here, &info, call_wait::yes);
}

void flush_tlb_all()
{
    flush_tlb_kernel_range(0, ~0ul);
}

} // namespace pagelab::kernel
