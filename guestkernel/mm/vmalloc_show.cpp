// What there is in the vmalloc window: /proc/vmallocinfo, and the check of mappings against areas.
#include "guestkernel/mm/vmalloc.hpp"

namespace pagelab::mm {

namespace {

struct flag_name {
    unsigned long flag;
    char const* name;
};

constexpr flag_name kFlagNames[] = {
    {VM_IOREMAP, "ioremap"},
    {VM_ALLOC, "vmalloc"},
    {VM_MAP, "vmap"},
    {VM_USERMAP, "user"},
};

void show_range(lib::seq_file& m, unsigned long start, unsigned long end)
{
    lib::seq_printf(m, "0x%p-0x%p %7ld", reinterpret_cast<void*>(start),
                    reinterpret_cast<void*>(end), static_cast<long>(end - start));
}

void show_vm_struct(lib::seq_file& m, vmalloc_state const& v, vm_struct const& area,
                    vmallocinfo_format const& format)
{
    char symbol[128];
    auto const start = reinterpret_cast<uintptr_t>(area.addr);
    show_range(m, start, start + area.size);
    if (area.caller != nullptr)
        lib::seq_printf(m, " %s", format.symbol(symbol, reinterpret_cast<uintptr_t>(area.caller)));
    if (area.nr_pages != 0)
        lib::seq_printf(m, " pages=%d", static_cast<int>(area.nr_pages));
    if (area.phys_addr.value != 0)
        lib::seq_printf(m, " phys=0x%016llx",
                        static_cast<unsigned long long>(area.phys_addr.value));
    for (flag_name const& known : kFlagNames) {
        if (area.flags & known.flag)
            lib::seq_printf(m, " %s", known.name);
    }
    if (is_vmalloc_addr(v, area.pages))
        lib::seq_puts(m, " vpages");
    if (format.numa && area.nr_pages != 0)
        lib::seq_printf(m, " N0=%u", area.nr_pages);
    lib::seq_putc(m, '\n');
}

// The pages of an area are mapped in order, with nothing behind the last.
char const* check_area(vmalloc_state const& v, vmap_area const& addresses, unsigned long& mapped)
{
    vm_struct const& area = *addresses.vm;
    if (reinterpret_cast<uintptr_t>(area.addr) != addresses.va_start ||
        area.size != va_size(addresses))
        return "area and its addresses disagree";
    bool const guarded = !(area.flags & VM_NO_GUARD);
    unsigned long const count = area.size / kPageSize - (guarded ? 1 : 0);
    mapped += is_vmalloc_addr(v, area.addr) ? count : 0;
    if ((area.flags & VM_ALLOC) != 0 && area.nr_pages != count)
        return "area has more or fewer pages than addresses";
    for (unsigned long i = 0; i < count; i++) {
        void const* const at = reinterpret_cast<void*>(addresses.va_start + i * kPageSize);
        uint64_t const* const entry = find_pte(v.table, addresses.va_start + i * kPageSize);
        if (entry == nullptr || !x86::pte::Present::is_set(*entry))
            return "page of an area is not mapped";
        if (area.pages != nullptr && vmalloc_to_page(v, at) != area.pages[i])
            return "another page is mapped than the area's";
    }
    uint64_t const* const guard = find_pte(v.table, addresses.va_end - kPageSize);
    if (guarded && guard != nullptr && x86::pte::Present::is_set(*guard))
        return "guard page is mapped";
    return nullptr;
}

} // namespace

void show_vmallocinfo(lib::seq_file& m, vmalloc_state const& v, vmallocinfo_format const& format)
{
    list_head const& areas = v.space.busy.list;
    lib::spin_lock(v.space.vmap_area_lock);
    for (list_head const* link = areas.next; link != &areas; link = link->next) {
        vm_struct const* const area = CONTAINER_OF(link, vmap_area, list)->vm;
        if (area != nullptr)
            show_vm_struct(m, v, *area, format);
    }
    lib::spin_unlock(v.space.vmap_area_lock);
    lib::spin_lock(v.space.purge_vmap_area_lock);
    list_head const& waiting = v.space.lazy.list;
    for (list_head const* link = waiting.next; link != &waiting; link = link->next) {
        vmap_area const& area = *CONTAINER_OF(link, vmap_area, list);
        show_range(m, area.va_start, area.va_end);
        lib::seq_puts(m, " unpurged vm_area\n");
    }
    lib::spin_unlock(v.space.purge_vmap_area_lock);
}

char const* check_vmalloc(vmalloc_state const& v)
{
    if (char const* const damage = check_vmap_space(v.space))
        return damage;
    unsigned long mapped = 0;
    list_head const& areas = v.space.busy.list;
    for (list_head const* link = areas.next; link != &areas; link = link->next) {
        if (char const* const damage = check_area(v, *CONTAINER_OF(link, vmap_area, list), mapped))
            return damage;
    }
    return mapped == count_mapped(v.table, v.start, v.end - 1)
               ? nullptr
               : "window has mappings that belong to no area";
}

} // namespace pagelab::mm
