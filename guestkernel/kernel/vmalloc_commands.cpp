// Commands that play with mapped memory: vmalloc, vfree, kmap, kunmap, vcheck.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

unsigned long long number(void const* address)
{
    return reinterpret_cast<uintptr_t>(address);
}

// The area: where it is and the frames behind its first pages.
void show_area(void* area)
{
    constexpr unsigned kShown = 4;
    mm::vm_struct const& vm = *find_vm_area(area);
    console_printf("0x%llx, %u pages, pfn", number(area), vm.nr_pages);
    for (unsigned i = 0; i < vm.nr_pages && i < kShown; i++)
        console_printf(" 0x%llx", static_cast<unsigned long long>(
                                      mm::page_to_pfn(node(), *vm.pages[i]).value));
    console_puts(vm.nr_pages > kShown ? " ...\n" : "\n");
}

// Null for what is no memory, or the kernel's own since boot, part of which is not mapped.
mm::page* existing_page(char const* text)
{
    auto const pfn = parse_number(text);
    bool const exists = pfn && mm::memblock_is_memory(boot_memory(), pfn_to_phys(Pfn(pfn.value())));
    mm::page* const p = exists ? mm::pfn_to_page(node(), Pfn(pfn.value())) : nullptr;
    return p != nullptr && !mm::page_flag(*p, mm::PG_reserved) ? p : nullptr;
}

void report(char const* what, char const* damage)
{
    console_printf("%s: %s\n", what, damage == nullptr ? "ok" : damage);
}

} // namespace

void run_vmalloc(int argc, char const* const* argv)
{
    auto const size = argc > 1 ? parse_size(argv[1]) : lib::Error{"how much?"};
    if (!size || size.value() > ~uintptr_t{0}) {
        console_puts("vmalloc: usage: vmalloc SIZE, as 64K\n");
        return;
    }
    void* const area = vmalloc(static_cast<unsigned long>(size.value()));
    if (area == nullptr)
        console_puts("vmalloc: no memory or no address space\n");
    else
        show_area(area);
}

void run_vfree(int argc, char const* const* argv)
{
    auto const address = argc > 1 ? parse_number(argv[1]) : lib::Error{"which?"};
    if (!address) {
        console_puts("vfree: usage: vfree ADDRESS\n");
        return;
    }
    auto* const area = reinterpret_cast<void*>(static_cast<uintptr_t>(address.value()));
    mm::vm_struct const* const vm = find_vm_area(area);
    if (vm != nullptr && (vm->addr != area || (vm->flags & mm::VM_ALLOC) == 0))
        console_printf("vfree: %s: not what vmalloc gave\n", argv[1]);
    else
        vfree(area);
}

void run_kmap(int argc, char const* const* argv)
{
    mm::page* const p = argc > 1 ? existing_page(argv[1]) : nullptr;
    if (p == nullptr) {
        console_puts("kmap: usage: kmap PFN, of a page that was free at boot\n");
        return;
    }
    void* const address = kmap_nowait(*p);
    if (address == nullptr) {
        console_puts("kmap: all slots are in use\n");
        return;
    }
    console_printf("0x%llx: %08x\n", number(address), *static_cast<unsigned const*>(address));
}

void run_kunmap(int argc, char const* const* argv)
{
    mm::page* const p = argc > 1 ? existing_page(argv[1]) : nullptr;
    if (p == nullptr)
        console_puts("kunmap: usage: kunmap PFN, of a page that was free at boot\n");
    else
        kunmap(*p);
}

void run_vcheck(int, char const* const*)
{
    report("vmalloc", mm::check_vmalloc(vmalloc_memory()));
    report("kmap", check_kmaps());
    report("percpu", mm::check_percpu(percpu_memory()));
}

} // namespace pagelab::kernel
