// The names of the counters as /proc/zoneinfo spells them.
#include "guestkernel/mm/vmstat.hpp"

namespace pagelab::mm {

namespace {

constexpr char const* kZoneNames[] = {
    "nr_free_pages",
    "nr_zone_inactive_anon",
    "nr_zone_active_anon",
    "nr_zone_inactive_file",
    "nr_zone_active_file",
    "nr_zone_unevictable",
    "nr_zone_write_pending",
    "nr_mlock",
    "nr_bounce",
    "nr_zspages",
    "nr_free_cma",
};
static_assert(sizeof(kZoneNames) / sizeof(char const*) == NR_VM_ZONE_STAT_ITEMS);

constexpr char const* kNumaNames[] = {
    "numa_hit", "numa_miss", "numa_foreign", "numa_interleave", "numa_local", "numa_other",
};
static_assert(sizeof(kNumaNames) / sizeof(char const*) == NR_VM_NUMA_EVENT_ITEMS);

constexpr char const* kNodeNames[] = {
    "nr_inactive_anon",
    "nr_active_anon",
    "nr_inactive_file",
    "nr_active_file",
    "nr_unevictable",
    "nr_slab_reclaimable",
    "nr_slab_unreclaimable",
    "nr_isolated_anon",
    "nr_isolated_file",
    "workingset_nodes",
    "workingset_refault_anon",
    "workingset_refault_file",
    "workingset_activate_anon",
    "workingset_activate_file",
    "workingset_restore_anon",
    "workingset_restore_file",
    "workingset_nodereclaim",
    "nr_anon_pages",
    "nr_mapped",
    "nr_file_pages",
    "nr_dirty",
    "nr_writeback",
    "nr_writeback_temp",
    "nr_shmem",
    "nr_shmem_hugepages",
    "nr_shmem_pmdmapped",
    "nr_file_hugepages",
    "nr_file_pmdmapped",
    "nr_anon_transparent_hugepages",
    "nr_vmscan_write",
    "nr_vmscan_immediate_reclaim",
    "nr_dirtied",
    "nr_written",
    "nr_throttled_written",
    "nr_kernel_misc_reclaimable",
    "nr_foll_pin_acquired",
    "nr_foll_pin_released",
    "nr_kernel_stack",
    "nr_page_table_pages",
    "nr_sec_page_table_pages",
    "nr_swapcached",
    "pgpromote_success",
    "pgpromote_candidate",
};
static_assert(sizeof(kNodeNames) / sizeof(char const*) == NR_VM_NODE_STAT_ITEMS);

} // namespace

char const* zone_stat_name(zone_stat_item item)
{
    return kZoneNames[item];
}

char const* numa_stat_name(numa_stat_item item)
{
    return kNumaNames[item];
}

char const* node_stat_name(node_stat_item item)
{
    return kNodeNames[item];
}

} // namespace pagelab::mm
