// The kernel's windows to high memory.
#include "guestkernel/kernel/highmem.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/arch/x86/tlb.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/tlb.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/highmem.hpp"

namespace pagelab::kernel {

#ifdef __x86_64__

lib::Result<> highmem_start()
{
    return {};
}

void* page_address(mm::page& p)
{
    return arch::phys_to_virt(pfn_to_phys(mm::page_to_pfn(node(), p)));
}

void* kmap(mm::page& p)
{
    return page_address(p);
}

void* kmap_nowait(mm::page& p)
{
    return page_address(p);
}

void kunmap(mm::page&) {}

void* kmap_local_page(mm::page& p)
{
    return page_address(p);
}

void kunmap_local(void const*) {}

char const* check_kmaps()
{
    return nullptr;
}

#else

namespace {

mm::highmem windows;
wait_queue_head pkmap_map_wait = {{}, {&pkmap_map_wait.head, &pkmap_map_wait.head}};

[[gnu::noinline]] void* wait_for_slot(mm::page& p)
{
    wait_queue_entry entry;
    init_wait_entry(entry, 0);
    void* address = nullptr;
    while (address == nullptr) {
        prepare_to_wait(pkmap_map_wait, entry, TASK_UNINTERRUPTIBLE);
        address = kmap_nowait(p);
        if (address == nullptr)
            schedule();
    }
    finish_wait(pkmap_map_wait, entry);
    return address;
}

} // namespace

lib::Result<> highmem_start()
{
    mm::highmem_environment env = {};
    env.pgdat = &node();
    env.lowmem_address = [](void*, PhysAddr address) { return arch::phys_to_virt(address); };
    env.cpu = [](void*) { return arch::smp_processor_id(); };
    env.flush_range = [](void*, unsigned long start, unsigned long end) {
        flush_tlb_kernel_range(start, end);
    };
    env.flush_page = [](void*, unsigned long address) { arch::__flush_tlb_one(address); };
    env.pkmap_base = arch::kPkmapBase;
    env.pkmap_table = TRY(mm::make_pte(kernel_tables(), arch::kPkmapBase));
    env.fixaddr_top = arch::kFixaddrTop;
    env.fixmap_entry = TRY(mm::make_pte(kernel_tables(), arch::kFixaddrTop - kPageSize));
    env.prot = arch::kPageRw & kernel_tables().supported_flags;
    mm::highmem_init(windows, env);
    return {};
}

void* page_address(mm::page& p)
{
    return mm::page_address(windows, p);
}

void* kmap_nowait(mm::page& p)
{
    return mm::kmap(windows, p);
}

void* kmap(mm::page& p)
{
    void* const address = kmap_nowait(p);
    return address != nullptr ? address : wait_for_slot(p);
}

void kunmap(mm::page& p)
{
    auto const result = mm::kunmap(windows, p);
    if (!result)
        printk(log_level::err, "kunmap: %s\n", result.error().message);
    // Whoever waits has queued itself before it took the lock to look for a slot.
    if (waitqueue_active(pkmap_map_wait))
        wake_up(pkmap_map_wait);
}

void* kmap_local_page(mm::page& p)
{
    return mm::kmap_local_page(windows, p);
}

void kunmap_local(void const* address)
{
    auto const result = mm::kunmap_local(windows, address);
    if (!result)
        printk(log_level::err, "kunmap_local: %s\n", result.error().message);
}

char const* check_kmaps()
{
    return mm::check_highmem(windows);
}

#endif

void clear_highpage(mm::page& p)
{
    void* const address = kmap_local_page(p);
    memset(address, 0, kPageSize);
    kunmap_local(address);
}

void copy_highpage(mm::page& to, mm::page& from)
{
    void* const source = kmap_local_page(from);
    void* const target = kmap_local_page(to);
    memcpy(target, source, kPageSize);
    kunmap_local(target);
    kunmap_local(source);
}

} // namespace pagelab::kernel
