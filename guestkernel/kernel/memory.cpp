// The kernel's memory, from the firmware's map to the free lists.
#include "guestkernel/kernel/memory.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/paging.hpp"
#include "guestkernel/kernel/memory_reports.hpp"
#include "guestkernel/kernel/page_cache.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/mm/e820.hpp"
#include "guestkernel/mm/mm_init.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kMaxRegions = 128;
constexpr unsigned long kMaxDmaPfn = 0x1000;      // 16 MiB
constexpr unsigned long kMaxDma32Pfn = 0x10'0000; // 4 GiB
#ifdef __x86_64__
constexpr mm::zone_layout const& kLayout = mm::kZoneLayout64;
constexpr PhysAddr kMaxAddress(arch::kDirectMapMax);
#else
constexpr mm::zone_layout const& kLayout = mm::kZoneLayout32;
constexpr PhysAddr kMaxAddress(uint64_t{64} << 30); // what PAE Linux supports
#endif

mm::e820_table e820;
mm::memblock memory;
mm::memblock_region memory_regions[kMaxRegions];
mm::memblock_region reserved_regions[kMaxRegions];
mm::pglist_data contig_page_data;

mm::free_area_config zone_limits(unsigned long max_pfn)
{
    mm::free_area_config config = {};
    config.layout = &kLayout;
    config.phys_to_virt = arch::phys_to_virt;
    config.env = &memory_environment;
    config.max_zone_pfn[kLayout.dma] = lib::min(kMaxDmaPfn, max_pfn);
    if (kLayout.dma32 != kLayout.normal)
        config.max_zone_pfn[kLayout.dma32] = lib::min(kMaxDma32Pfn, max_pfn);
    auto const max_low_pfn = static_cast<unsigned long>(arch::kDirectMapMax / kPageSize);
    config.max_zone_pfn[kLayout.normal] = lib::min(max_low_pfn, max_pfn);
    if (kLayout.highmem != kLayout.normal)
        config.max_zone_pfn[kLayout.highmem] = max_pfn;
    return config;
}

} // namespace

mm::pglist_data* const node_data[1] = {&contig_page_data};
mm::page* mem_map;
unsigned long max_pfn, max_low_pfn;
void* high_memory;

mm::memblock& boot_memory()
{
    return memory;
}

mm::pglist_data& node()
{
    return contig_page_data;
}

mm::Result<> memory_map_init(boot_info const& info)
{
    report_firmware_map(info.map, info.nr_map_entries);
    TRY(mm::e820_setup(e820, info.map, info.nr_map_entries));
    mm::memblock_init(memory, memory_regions, kMaxRegions, reserved_regions, kMaxRegions);
    TRY(mm::e820_memblock_setup(e820, memory, kMaxAddress));
    TRY(mm::memblock_reserve(memory, arch::virt_to_phys(_text),
                             static_cast<uint64_t>(_end - _text)));
    for (unsigned i = 0; i < info.nr_modules; i++)
        TRY(mm::memblock_reserve(memory, info.modules[i].start,
                                 info.modules[i].end - info.modules[i].start));
    return {};
}

mm::Result<> zones_init()
{
    max_pfn = static_cast<unsigned long>(phys_to_pfn(mm::memblock_end_of_dram(memory)).value);
    max_low_pfn = lib::min(static_cast<unsigned long>(arch::kDirectMapMax / kPageSize), max_pfn);
    high_memory = arch::phys_to_virt(pfn_to_phys(Pfn(max_low_pfn)));
    mm::free_area_config config = zone_limits(max_pfn);
    report_zone_ranges(config, memory);
    mem_map = TRY(arch::mem_map_init(memory));
    config.mem_map = mem_map;
    return mm::free_area_init(contig_page_data, memory, config);
}

mm::Result<> page_allocator_init()
{
    mm::memblock_free_all(contig_page_data);
    mm::init_per_zone_wmark_min(contig_page_data);
    TRY(pagesets_init());
    page_cache_init();
    report_available_memory(contig_page_data);
    return iomem_init(e820);
}

} // namespace pagelab::kernel
