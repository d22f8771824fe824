// Areas: their addresses, their pages, their mappings, and the way back.
#include "guestkernel/mm/vmalloc.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/alloc_report.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kIoremapMaxShift = 7 + kPageShift; // IOREMAP_MAX_ORDER

unsigned long usable_size(vm_struct const& area)
{
    return area.flags & VM_NO_GUARD ? area.size : area.size - kPageSize;
}

unsigned long size_of_pages(vm_struct const& area)
{
    return static_cast<unsigned long>(area.nr_pages * kPageSize);
}

unsigned long start_of(vm_struct const& area)
{
    return reinterpret_cast<uintptr_t>(area.addr);
}

void* new_object(vmalloc_state& v, size_t size, gfp_t gfp)
{
    return v.env.objects.allocate(v.env.objects.context, size, gfp);
}

void delete_object(vmalloc_state& v, void* object)
{
    if (object != nullptr)
        v.env.objects.free(v.env.objects.context, object);
}

Error no_addresses(vmalloc_state& v, unsigned long size, gfp_t gfp)
{
    if ((gfp & __GFP_NOWARN) == 0)
        printk(*v.env.pgdat->env, log_level::warning,
               "vmap allocation for size %lu failed: use vmalloc=<size> to increase size\n", size);
    return Error{"no address space left"};
}

// Linux' __get_vm_area_node: the addresses, without pages.
Result<vm_struct*> get_vm_area(vmalloc_state& v, vm_request const& request)
{
    unsigned long size = lib::align_up<unsigned long>(request.size, kPageSize);
    if (size == 0)
        return Error{"size is 0 or too large"};
    unsigned long align = request.align;
    if (request.vm_flags & VM_IOREMAP) {
        unsigned shift = lib::fls64(size - 1);
        shift = shift < kPageShift ? unsigned{kPageShift} : shift;
        align = 1ul << (shift < kIoremapMaxShift ? shift : kIoremapMaxShift);
    }
    if (!(request.vm_flags & VM_NO_GUARD))
        size += kPageSize;
    if (size < kPageSize || size > request.end - request.start)
        return no_addresses(v, size, request.gfp);
    auto* const area = static_cast<vm_struct*>(new_object(v, sizeof(vm_struct), request.gfp));
    if (area == nullptr)
        return Error{"no memory for an area"};
    auto const addresses =
        alloc_vmap_area(v.space, size, align, request.start, request.end, request.gfp);
    if (!addresses) {
        delete_object(v, area);
        return no_addresses(v, size, request.gfp);
    }
    *area = {};
    area->addr = reinterpret_cast<void*>(addresses.value()->va_start);
    area->size = size;
    area->flags = request.vm_flags;
    area->caller = request.caller;
    lib::spin_lock(v.space.vmap_area_lock); // from now on the lists of areas show it
    addresses.value()->vm = area;
    lib::spin_unlock(v.space.vmap_area_lock);
    return area;
}

void free_pages_of(vmalloc_state& v, vm_struct& area)
{
    v.env.free_pages(v.env.objects.context, area.pages, area.nr_pages);
    if (area.flags & VM_ALLOC)
        lib::atomic_add(v.nr_vmalloc_pages, 0ul - area.nr_pages);
}

enum class page_fate { keep, give_back };

// Unmaps the area around the address, and forgets it.
Result<> remove_area(vmalloc_state& v, void const* address, page_fate fate)
{
    vmap_area* const addresses = find_vmap_area(v.space, reinterpret_cast<uintptr_t>(address));
    if (addresses == nullptr)
        return Error{"nonexistent vm area"};
    vm_struct& area = *addresses->vm;
    unmap_range(v.table, start_of(area), usable_size(area));
    free_vmap_area(v.space, *addresses);
    if (area.flags & VM_FLUSH_RESET_PERMS)
        purge_vmap_area_lazy(v.space);
    if (fate == page_fate::give_back)
        free_pages_of(v, area);
    delete_object(v, area.pages);
    delete_object(v, &area);
    return {};
}

Result<> map_pages_of(vmalloc_state& v, vm_struct const& area, page* const* pages, unsigned count,
                      uint64_t prot)
{
    return map_pages(v.table, start_of(area), pages, count, v.env.pgdat->node_mem_map, prot);
}

// The pages behind an area, and their array.
Result<> alloc_area_pages(vmalloc_state& v, vm_struct& area, gfp_t gfp)
{
    constexpr gfp_t kZones = __GFP_DMA | __GFP_DMA32;
    unsigned long const count = usable_size(area) / kPageSize;
    gfp_t const page_gfp = (gfp | __GFP_NOWARN) | (gfp & kZones ? 0 : __GFP_HIGHMEM);
    gfp_t const array_gfp = gfp & ~(__GFP_ZERO | __GFP_HIGHMEM | kZones);
    area.pages = static_cast<page**>(new_object(v, count * sizeof(page*), array_gfp));
    if (area.pages == nullptr) {
        warn_alloc(*v.env.pgdat, gfp,
                   "vmalloc error: size %lu, failed to allocated page array size %lu",
                   usable_size(area), static_cast<unsigned long>(count * sizeof(page*)));
        return Error{"no memory for the array of pages"};
    }
    area.nr_pages = static_cast<unsigned>(
        v.env.alloc_pages(v.env.objects.context, page_gfp, count, area.pages));
    lib::atomic_add(v.nr_vmalloc_pages, area.nr_pages);
    if (area.nr_pages == count)
        return {};
    warn_alloc(*v.env.pgdat, gfp, "vmalloc error: size %lu, page order 0, failed to allocate pages",
               size_of_pages(area));
    return Error{"no memory for the pages"};
}

bool is_page_address(void const* address)
{
    return reinterpret_cast<uintptr_t>(address) % kPageSize == 0;
}

} // namespace

Result<> vmalloc_init(vmalloc_state& v, vmalloc_environment const& env, vmap_table const& table,
                      unsigned long start, unsigned long end, unsigned long space_end)
{
    v = {};
    v.env = env;
    v.table = table;
    v.start = start;
    v.end = end;
    return vmap_space_init(v.space, env.objects, start, space_end);
}

vm_request vmalloc_request(vmalloc_state const& v, unsigned long size, gfp_t gfp, uint64_t prot,
                           void const* caller)
{
    return {size, kPageSize, v.start, v.end, gfp, prot, 0, caller};
}

Result<void*> vmalloc_range(vmalloc_state& v, vm_request const& wanted)
{
    vm_request request = wanted;
    request.vm_flags |= VM_ALLOC;
    pglist_data& pgdat = *v.env.pgdat;
    if (request.size / kPageSize > totalram_pages(pgdat)) {
        warn_alloc(pgdat, request.gfp, "vmalloc error: size %lu, exceeds total pages",
                   request.size);
        return Error{"size is larger than memory"};
    }
    auto const placed = get_vm_area(v, request);
    if (!placed) {
        warn_alloc(pgdat, request.gfp, "vmalloc error: size %lu, vm_struct allocation failed",
                   request.size);
        return placed.error();
    }
    vm_struct& area = *placed.value();
    Result<> done = alloc_area_pages(v, area, request.gfp);
    if (done) {
        done = map_pages_of(v, area, area.pages, area.nr_pages, request.prot);
        if (!done)
            warn_alloc(pgdat, request.gfp, "vmalloc error: size %lu, failed to map pages",
                       size_of_pages(area));
    }
    if (!done) {
        remove_area(v, area.addr, page_fate::give_back).value();
        return done.error();
    }
    return area.addr;
}

Result<> vfree(vmalloc_state& v, void const* address)
{
    if (address == nullptr)
        return {};
    if (!is_page_address(address))
        return Error{"bad address"};
    return remove_area(v, address, page_fate::give_back);
}

Result<void*> vmap(vmalloc_state& v, page** pages, unsigned count, unsigned long flags,
                   uint64_t prot, void const* caller)
{
    vm_request request =
        vmalloc_request(v, count * static_cast<unsigned long>(kPageSize), GFP_KERNEL, prot, caller);
    request.vm_flags = flags | VM_MAP;
    vm_struct& area = *TRY(get_vm_area(v, request));
    Result<> const mapped = map_pages_of(v, area, pages, count, prot);
    if (!mapped) {
        remove_area(v, area.addr, page_fate::keep).value();
        return mapped.error();
    }
    if (flags & VM_MAP_PUT_PAGES) {
        area.pages = pages;
        area.nr_pages = count;
    }
    return area.addr;
}

Result<> vunmap(vmalloc_state& v, void const* address)
{
    if (!is_page_address(address))
        return Error{"bad address"};
    return remove_area(v, address, page_fate::keep);
}

Result<void*> ioremap(vmalloc_state& v, PhysAddr physical, unsigned long size, uint64_t prot,
                      void const* caller)
{
    unsigned long const offset = static_cast<unsigned long>(physical.page_offset());
    if (size == 0 || physical.value + (size - 1) < physical.value || size + offset < size)
        return Error{"size is 0 or wraps"};
    vm_request request = vmalloc_request(v, size + offset, GFP_KERNEL, prot, caller);
    request.vm_flags = VM_IOREMAP;
    vm_struct& area = *TRY(get_vm_area(v, request));
    area.phys_addr = physical.page_start();
    Result<> const mapped =
        map_range(v.table, start_of(area), area.phys_addr, usable_size(area), prot);
    if (!mapped) {
        remove_area(v, area.addr, page_fate::keep).value();
        return mapped.error();
    }
    return reinterpret_cast<void*>(start_of(area) + offset);
}

Result<> iounmap(vmalloc_state& v, void const* address)
{
    vm_struct const* const area = find_vm_area(v, address);
    if (area == nullptr || (area->flags & VM_IOREMAP) == 0)
        return Error{"bad address"};
    return remove_area(v, address, page_fate::keep);
}

bool is_vmalloc_addr(vmalloc_state const& v, void const* address)
{
    auto const at = reinterpret_cast<uintptr_t>(address);
    return at >= v.start && at < v.end;
}

vm_struct* find_vm_area(vmalloc_state const& v, void const* address)
{
    vmap_area const* const area = find_vmap_area(v.space, reinterpret_cast<uintptr_t>(address));
    return area == nullptr ? nullptr : area->vm;
}

page* vmalloc_to_page(vmalloc_state const& v, void const* address)
{
    uint64_t const* const entry = find_pte(v.table, reinterpret_cast<uintptr_t>(address));
    if (entry == nullptr || !x86::pte::Present::is_set(*entry))
        return nullptr;
    return pfn_to_page(*v.env.pgdat, phys_to_pfn(x86::Format64::page(1, *entry)));
}

void vm_unmap_aliases(vmalloc_state& v)
{
    purge_vmap_area_lazy(v.space);
}

} // namespace pagelab::mm
