// Sums over zones, and the estimate of what could be had without swapping.
#include "guestkernel/mm/meminfo.hpp"

#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kKibShift = kPageShift - 10;
constexpr unsigned kOvercommitRatio = 50; // percent of RAM
constexpr uint64_t kHugePageKib = 2048;

unsigned long low_watermarks(pglist_data const& pgdat)
{
    unsigned long sum = 0;
    for (zone const& z : pgdat.node_zones)
        sum += z._watermark[WMARK_LOW];
    return sum;
}

// si_mem_available: free pages above the reserves, and half of what caches hold, or all above the
// low watermarks.
long available_pages(pglist_data const& pgdat)
{
    auto const usable = [&](long cached) {
        auto const low = static_cast<long>(low_watermarks(pgdat));
        return cached - (cached / 2 < low ? cached / 2 : low);
    };
    long const* const stat = pgdat.vm_stat;
    long const available = static_cast<long>(nr_free_pages(pgdat)) -
                           static_cast<long>(pgdat.totalreserve_pages) +
                           usable(stat[NR_ACTIVE_FILE] + stat[NR_INACTIVE_FILE]) +
                           usable(stat[NR_SLAB_RECLAIMABLE_B] + stat[NR_KERNEL_MISC_RECLAIMABLE]);
    return available > 0 ? available : 0;
}

void collect_node_counters(meminfo& info, pglist_data const& pgdat)
{
    static constexpr struct {
        meminfo_item item;
        node_stat_item counter;
    } kCounters[] = {
        {MEM_CACHED, NR_FILE_PAGES},
        {MEM_SWAP_CACHED, NR_SWAPCACHE},
        {MEM_ACTIVE_ANON, NR_ACTIVE_ANON},
        {MEM_INACTIVE_ANON, NR_INACTIVE_ANON},
        {MEM_ACTIVE_FILE, NR_ACTIVE_FILE},
        {MEM_INACTIVE_FILE, NR_INACTIVE_FILE},
        {MEM_UNEVICTABLE, NR_UNEVICTABLE},
        {MEM_DIRTY, NR_FILE_DIRTY},
        {MEM_WRITEBACK, NR_WRITEBACK},
        {MEM_ANON_PAGES, NR_ANON_MAPPED},
        {MEM_MAPPED, NR_FILE_MAPPED},
        {MEM_SHMEM, NR_SHMEM},
        {MEM_SRECLAIMABLE, NR_SLAB_RECLAIMABLE_B},
        {MEM_SUNRECLAIM, NR_SLAB_UNRECLAIMABLE_B},
        {MEM_PAGE_TABLES, NR_PAGETABLE},
        {MEM_SEC_PAGE_TABLES, NR_SECONDARY_PAGETABLE},
        {MEM_WRITEBACK_TMP, NR_WRITEBACK_TEMP},
    };
    for (auto const& [item, counter] : kCounters)
        info.value[item] = static_cast<uint64_t>(pgdat.vm_stat[counter]) << kKibShift;
    info.value[MEM_KERNEL_STACK] = static_cast<uint64_t>(pgdat.vm_stat[NR_KERNEL_STACK_KB]);
    info.value[MEM_ACTIVE] = info.value[MEM_ACTIVE_ANON] + info.value[MEM_ACTIVE_FILE];
    info.value[MEM_INACTIVE] = info.value[MEM_INACTIVE_ANON] + info.value[MEM_INACTIVE_FILE];
    info.value[MEM_SLAB] = info.value[MEM_SRECLAIMABLE] + info.value[MEM_SUNRECLAIM];
    auto const misc = static_cast<uint64_t>(pgdat.vm_stat[NR_KERNEL_MISC_RECLAIMABLE]);
    info.value[MEM_KRECLAIMABLE] = info.value[MEM_SRECLAIMABLE] + (misc << kKibShift);
}

} // namespace

meminfo collect_meminfo(pglist_data const& pgdat)
{
    meminfo info = {};
    collect_node_counters(info, pgdat);
    info.has_highmem = pgdat.layout->highmem != pgdat.layout->normal;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone const& z = pgdat.node_zones[i];
        auto const free = static_cast<uint64_t>(z.vm_stat[NR_FREE_PAGES]) << kKibShift;
        uint64_t const managed = uint64_t{z.managed_pages} << kKibShift;
        bool const high = is_highmem_idx(pgdat, i);
        info.value[high ? MEM_HIGH_TOTAL : MEM_LOW_TOTAL] += managed;
        info.value[high ? MEM_HIGH_FREE : MEM_LOW_FREE] += free;
        info.value[MEM_MLOCKED] += static_cast<uint64_t>(z.vm_stat[NR_MLOCK]) << kKibShift;
        info.value[MEM_BOUNCE] += static_cast<uint64_t>(z.vm_stat[NR_BOUNCE]) << kKibShift;
    }
    info.value[MEM_TOTAL] = info.value[MEM_HIGH_TOTAL] + info.value[MEM_LOW_TOTAL];
    info.value[MEM_FREE] = info.value[MEM_HIGH_FREE] + info.value[MEM_LOW_FREE];
    info.value[MEM_AVAILABLE] = static_cast<uint64_t>(available_pages(pgdat)) << kKibShift;
    uint64_t const commit_pages = uint64_t{totalram_pages(pgdat)} * kOvercommitRatio / 100;
    info.value[MEM_COMMIT_LIMIT] = commit_pages << kKibShift;
    info.value[MEM_HUGE_PAGE_SIZE] = kHugePageKib;
    return info;
}

} // namespace pagelab::mm
