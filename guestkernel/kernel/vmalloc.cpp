// The kernel's vmalloc: where its memory, its tables and its names come from.
#include "guestkernel/kernel/vmalloc.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/tlb.hpp"
#include "guestkernel/mm/page_bulk.hpp"

namespace pagelab::kernel {

namespace {

mm::vmalloc_state kernel_vmalloc;

uintptr_t window_start()
{
#ifdef __x86_64__
    return arch::kVmallocStart;
#else
    uint64_t const end = mm::memblock_end_of_dram(boot_memory()).value;
    uint64_t const low = end < arch::kDirectMapMax ? end : arch::kDirectMapMax;
    return arch::kPageOffset + static_cast<uintptr_t>(low) + arch::kVmallocOffset;
#endif
}

uintptr_t space_end()
{
#ifdef __x86_64__
    return arch::kModulesEnd;
#else
    return arch::kVmallocEnd;
#endif
}

mm::vmalloc_environment environment()
{
    mm::vmalloc_environment env = {};
    env.objects.allocate = [](void*, size_t size, mm::gfp_t gfp) {
        return size <= kPageSize ? kmalloc(size, gfp) : __vmalloc(size, gfp);
    };
    env.objects.free = [](void*, void* object) { kvfree(object); };
    env.objects.flush_tlb_range = [](void*, unsigned long start, unsigned long end) {
        flush_tlb_kernel_range(start, end);
    };
    env.pgdat = &node();
    env.alloc_pages = [](void*, mm::gfp_t gfp, unsigned long count, mm::page** pages) {
        return mm::alloc_pages_bulk_array(node(), gfp, count, pages);
    };
    env.free_pages = [](void*, mm::page** pages, unsigned long count) {
        auto const freed = mm::release_pages(node(), pages, count);
        if (!freed)
            printk(log_level::err, "vfree: %s\n", freed.error().message);
    };
    return env;
}

void* allocate(mm::vm_request const& request)
{
    auto const area = mm::vmalloc_range(kernel_vmalloc, request);
    return area ? area.value() : nullptr;
}

constexpr mm::gfp_t kZeroed = mm::GFP_KERNEL | mm::__GFP_ZERO;

} // namespace

lib::Result<> vmalloc_start()
{
    return mm::vmalloc_init(kernel_vmalloc, environment(), kernel_tables(), window_start(),
                            arch::kVmallocEnd, space_end());
}

void* vmalloc_caller(unsigned long size, mm::gfp_t gfp, unsigned long flags, void const* caller)
{
    mm::vm_request request = mm::vmalloc_request(kernel_vmalloc, size, gfp, arch::kPageRw, caller);
    request.vm_flags = flags;
    return allocate(request);
}

void* vmalloc(unsigned long size)
{
    return vmalloc_caller(size, mm::GFP_KERNEL, 0, __builtin_return_address(0));
}

void* vzalloc(unsigned long size)
{
    return vmalloc_caller(size, kZeroed, 0, __builtin_return_address(0));
}

void* vmalloc_user(unsigned long size)
{
    return vmalloc_caller(size, kZeroed, mm::VM_USERMAP, __builtin_return_address(0));
}

void* __vmalloc(unsigned long size, mm::gfp_t gfp)
{
    return vmalloc_caller(size, gfp, 0, __builtin_return_address(0));
}

void vfree(void const* address)
{
    if (auto const freed = mm::vfree(kernel_vmalloc, address); !freed)
        WARN("Trying to vfree() %s (%p)\n", freed.error().message, address);
}

void* module_alloc(unsigned long size)
{
    mm::vm_request request = mm::vmalloc_request(kernel_vmalloc, size, mm::GFP_KERNEL,
                                                 arch::kPageRw, __builtin_return_address(0));
    request.vm_flags = mm::VM_FLUSH_RESET_PERMS;
#ifdef __x86_64__
    request.start = arch::kModulesStart;
    request.end = arch::kModulesEnd;
#endif
    return allocate(request);
}

void* vmap(mm::page** pages, unsigned count, unsigned long flags, page_rights rights)
{
    uint64_t const prot = rights == page_rights::read_only      ? arch::kPageRo
                          : rights == page_rights::read_execute ? arch::kPageRx
                                                                : arch::kPageRw;
    auto const area =
        mm::vmap(kernel_vmalloc, pages, count, flags, prot, __builtin_return_address(0));
    return area ? area.value() : nullptr;
}

void vunmap(void const* address)
{
    if (auto const unmapped = mm::vunmap(kernel_vmalloc, address); !unmapped)
        WARN("Trying to vfree() %s (%p)\n", unmapped.error().message, address);
}

void* ioremap(PhysAddr physical, unsigned long size)
{
    auto const area =
        mm::ioremap(kernel_vmalloc, physical, size, arch::kPageIo, __builtin_return_address(0));
    return area ? area.value() : nullptr;
}

void iounmap(void const* address)
{
    if (mm::iounmap(kernel_vmalloc, address))
        return;
    printk(log_level::err, "iounmap: bad address %p\n", address);
    dump_stack();
}

bool is_vmalloc_addr(void const* address)
{
    return mm::is_vmalloc_addr(kernel_vmalloc, address);
}

mm::vm_struct* find_vm_area(void const* address)
{
    return mm::find_vm_area(kernel_vmalloc, address);
}

mm::page* vmalloc_to_page(void const* address)
{
    return mm::vmalloc_to_page(kernel_vmalloc, address);
}

Pfn vmalloc_to_pfn(void const* address)
{
    return mm::page_to_pfn(node(), *vmalloc_to_page(address));
}

unsigned long vmalloc_total()
{
    return kernel_vmalloc.end - kernel_vmalloc.start;
}

unsigned long vmalloc_used()
{
    return kernel_vmalloc.nr_vmalloc_pages * kPageSize;
}

mm::vmalloc_state& vmalloc_memory()
{
    return kernel_vmalloc;
}

void show_vmallocinfo_file(lib::seq_file& m)
{
    mm::show_vmallocinfo(m, kernel_vmalloc, {sprint_symbol, node().layout->numa});
}

} // namespace pagelab::kernel
