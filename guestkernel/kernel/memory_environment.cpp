// What mm/ asks of the kernel, and the per-CPU lists it keeps for each zone.
#include "guestkernel/kernel/memory.hpp"

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kCpus = 1;

mm::per_cpu_pages pagesets[mm::MAX_NR_ZONES * kCpus];
mm::per_cpu_zonestat zonestats[mm::MAX_NR_ZONES * kCpus];

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
    .smp_processor_id = [] { return 0u; },
    .clock = [] { return arch::clock_microseconds() * 1000; },
    .page_address = direct_map_address,
    .virt_to_page = virt_to_page,
    .kmap_local_page = kmap_local_page,
    .kunmap_local = kunmap_local,
    .vprintk = vprintk,
    .dump_stack = dump_stack,
    .task_name = []() -> char const* { return get_current().comm; },
    .panic = [](char const* why) { panic("%s", why); },
};

void pagesets_init()
{
    mm::setup_per_cpu_pageset(node(), pagesets, zonestats);
}

} // namespace pagelab::kernel
