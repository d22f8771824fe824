// The memory files of /proc: what mm/ computes, with what only the kernel knows added.
#include "guestkernel/kernel/memory.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/paging.hpp"
#include "guestkernel/kernel/memory_reports.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/mm/kpage.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/show.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::kernel {

namespace {

// Linux' resource names of the image, in arch/x86/kernel/setup.c.
mm::resource image_parts[4];
mm::resource map_entries[mm::kE820MaxEntries];
mm::resource iomem_resource = mm::make_resource(PhysAddr(0), PhysAddr(~uint64_t{0}), "PCI mem");

mm::Result<> insert_image_part(mm::resource& part, char const* start, char const* end,
                               char const* name)
{
    part = mm::make_resource(arch::virt_to_phys(start), arch::virt_to_phys(end) - 1, name);
    return mm::insert_resource(iomem_resource, part);
}

} // namespace

mm::Result<> iomem_init(mm::e820_table const& table)
{
    TRY(mm::insert_e820_resources(iomem_resource, map_entries, table));
    TRY(insert_image_part(image_parts[0], _text, _etext, "Kernel code"));
    TRY(insert_image_part(image_parts[1], _etext, _erodata, "Kernel rodata"));
    TRY(insert_image_part(image_parts[2], _erodata, _edata, "Kernel data"));
    return insert_image_part(image_parts[3], _edata, _end, "Kernel bss");
}

void show_iomem_file(lib::seq_file& m)
{
    mm::show_iomem(m, iomem_resource);
}

void show_buddyinfo_file(lib::seq_file& m)
{
    mm::show_buddyinfo(m, node());
}

void show_zoneinfo_file(lib::seq_file& m)
{
    mm::show_zoneinfo(m, node());
}

void show_meminfo_file(lib::seq_file& m)
{
    constexpr uint64_t kKibPerSmall = kPageSize / 1024;
    constexpr uint64_t kKibPerLarge = arch::kLargePageSize / 1024;
    mm::meminfo info = mm::collect_meminfo(node());
    info.value[mm::MEM_VMALLOC_TOTAL] = vmalloc_total() / 1024;
    info.value[mm::MEM_PERCPU] = percpu_bytes() / 1024;
    info.value[mm::MEM_VMALLOC_USED] = vmalloc_used() / 1024;
    info.value[mm::MEM_DIRECT_MAP_4K] = arch::direct_map_pages().small * kKibPerSmall;
    info.value[mm::MEM_DIRECT_MAP_2M] = arch::direct_map_pages().large * kKibPerLarge;
    mm::show_meminfo(m, info);
}

void show_pagetypeinfo_file(lib::seq_file& m)
{
    mm::pagetype_counts counts[mm::MAX_NR_ZONES];
    for (unsigned i = 0; i < node().layout->nr_zones; i++)
        counts[i] = mm::count_pagetypes(node(), i);
    mm::show_pagetypeinfo(m, node(), counts);
}

void show_vmstat_file(lib::seq_file& m)
{
    mm::show_vmstat(m, node());
}

void show_min_free_kbytes_file(lib::seq_file& m)
{
    lib::seq_printf(m, "%lu\n", node().min_free_kbytes);
}

lib::Result<> write_min_free_kbytes(char const* text)
{
    uint64_t const kib = TRY(parse_number(text));
    if (kib / (kPageSize / 1024) > mm::totalram_pages(node()))
        return lib::Error{"more than there is"};
    mm::setup_per_zone_wmarks(node(), static_cast<unsigned long>(kib));
    return {};
}

lib::Result<size_t> read_kpageflags(uint64_t offset, void* buffer, size_t size)
{
    return mm::read_kpages(node(), mm::stable_page_flags, offset, buffer, size);
}

lib::Result<size_t> read_kpagecount(uint64_t offset, void* buffer, size_t size)
{
    return mm::read_kpages(node(), mm::kpagecount, offset, buffer, size);
}

} // namespace pagelab::kernel
