// What a zone and the node count. Source: Linux 6.1 include/linux/mmzone.h (enum zone_stat_item,
// numa_stat_item, node_stat_item); the numbers are those of guestkernel/mm/vmstat.hpp.
#pragma once

enum zone_stat_item {
    NR_FREE_PAGES,
    NR_ZONE_LRU_BASE,
    NR_ZONE_INACTIVE_ANON = NR_ZONE_LRU_BASE,
    NR_ZONE_ACTIVE_ANON,
    NR_ZONE_INACTIVE_FILE,
    NR_ZONE_ACTIVE_FILE,
    NR_ZONE_UNEVICTABLE,
    NR_ZONE_WRITE_PENDING,
    NR_MLOCK,
    NR_BOUNCE,
    NR_ZSPAGES,
    NR_FREE_CMA_PAGES,
    NR_VM_ZONE_STAT_ITEMS,
};

enum numa_stat_item {
    NUMA_HIT,
    NUMA_MISS,
    NUMA_FOREIGN,
    NUMA_INTERLEAVE_HIT,
    NUMA_LOCAL,
    NUMA_OTHER,
    NR_VM_NUMA_EVENT_ITEMS,
};
