// What mm/ asks of the kernel, and the per-CPU lists it keeps for each zone.
#include "guestkernel/kernel/memory.hpp"

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/kswapd.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::kernel {

namespace {

// Of a machine with one CPU.
mm::per_cpu_pages pagesets[mm::MAX_NR_ZONES];
mm::per_cpu_zonestat zonestats[mm::MAX_NR_ZONES];

template<class T>
mm::Result<T*> allocate_for_all_cpus()
{
    size_t const size = sizeof(T) * mm::MAX_NR_ZONES * nr_cpu_ids;
    void* const memory = mm::alloc_pages_exact(node(), size, mm::GFP_KERNEL | mm::__GFP_ZERO);
    if (memory == nullptr)
        return lib::Error{"no memory for the CPUs' page lists"};
    return static_cast<T*>(memory);
}

void* direct_map_address(mm::page const& p)
{
    PhysAddr const address = pfn_to_phys(mm::page_to_pfn(node(), p));
    return address.value < arch::kDirectMapMax ? arch::phys_to_virt(address) : nullptr;
}

mm::page* virt_to_page(void const* address)
{
    PhysAddr const physical = arch::virt_to_phys(address);
    bool const is_mapped = physical.value < arch::kDirectMapMax;
    return is_mapped && mm::memblock_is_memory(boot_memory(), physical)
               ? mm::pfn_to_page(node(), phys_to_pfn(physical))
               : nullptr;
}

} // namespace

mm::environment const memory_environment = {
    .clock = [] { return arch::clock_microseconds() * 1000; },
    .on_each_cpu = [](void (*function)(void*),
                      void* argument) { on_each_cpu(function, argument, call_wait::yes); },
    .page_address = direct_map_address,
    .virt_to_page = virt_to_page,
    .kmap_local_page = kmap_local_page,
    .kunmap_local = kunmap_local,
    .vprintk = vprintk,
    .dump_stack = dump_stack,
    .task_name = []() -> char const* { return get_current().comm; },
    .task_flags = []() -> unsigned& { return get_current().flags; },
    .wake_kswapd = wake_kswapd,
    .panic = [](char const* why) { panic("%s", why); },
};

mm::Result<> pagesets_init()
{
    bool const is_alone = nr_cpu_ids == 1;
    auto* const sets = is_alone ? pagesets : TRY(allocate_for_all_cpus<mm::per_cpu_pages>());
    auto* const stats = is_alone ? zonestats : TRY(allocate_for_all_cpus<mm::per_cpu_zonestat>());
    node().nr_online_cpus = nr_cpu_ids;
    mm::setup_per_cpu_pageset(node(), sets, stats);
    return {};
}

} // namespace pagelab::kernel
