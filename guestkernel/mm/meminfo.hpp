// The numbers of /proc/meminfo, from the allocator's counters and what the kernel adds.
//
// All in KiB except the HugePages_ counts. Source: Linux 6.1 fs/proc/meminfo.c,
// si_mem_available() in mm/page_alloc.c.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

enum meminfo_item {
    MEM_TOTAL,
    MEM_FREE,
    MEM_AVAILABLE,
    MEM_BUFFERS,
    MEM_CACHED,
    MEM_SWAP_CACHED,
    MEM_ACTIVE,
    MEM_INACTIVE,
    MEM_ACTIVE_ANON,
    MEM_INACTIVE_ANON,
    MEM_ACTIVE_FILE,
    MEM_INACTIVE_FILE,
    MEM_UNEVICTABLE,
    MEM_MLOCKED,
    MEM_HIGH_TOTAL, // these four only with a HighMem zone
    MEM_HIGH_FREE,
    MEM_LOW_TOTAL,
    MEM_LOW_FREE,
    MEM_SWAP_TOTAL,
    MEM_SWAP_FREE,
    MEM_ZSWAP,
    MEM_ZSWAPPED,
    MEM_DIRTY,
    MEM_WRITEBACK,
    MEM_ANON_PAGES,
    MEM_MAPPED,
    MEM_SHMEM,
    MEM_KRECLAIMABLE,
    MEM_SLAB,
    MEM_SRECLAIMABLE,
    MEM_SUNRECLAIM,
    MEM_KERNEL_STACK,
    MEM_PAGE_TABLES,
    MEM_SEC_PAGE_TABLES,
    MEM_NFS_UNSTABLE,
    MEM_BOUNCE,
    MEM_WRITEBACK_TMP,
    MEM_COMMIT_LIMIT,
    MEM_COMMITTED_AS,
    MEM_VMALLOC_TOTAL,
    MEM_VMALLOC_USED,
    MEM_VMALLOC_CHUNK,
    MEM_PERCPU,
    MEM_HARDWARE_CORRUPTED,
    MEM_ANON_HUGE_PAGES,
    MEM_SHMEM_HUGE_PAGES,
    MEM_SHMEM_PMD_MAPPED,
    MEM_FILE_HUGE_PAGES,
    MEM_FILE_PMD_MAPPED,
    MEM_HUGE_PAGES_TOTAL,
    MEM_HUGE_PAGES_FREE,
    MEM_HUGE_PAGES_RSVD,
    MEM_HUGE_PAGES_SURP,
    MEM_HUGE_PAGE_SIZE,
    MEM_HUGETLB,
    MEM_DIRECT_MAP_4K,
    MEM_DIRECT_MAP_2M,
    NR_MEMINFO_ITEMS,
};

struct meminfo {
    uint64_t value[NR_MEMINFO_ITEMS];
    bool has_highmem;
};

// All that pgdat tells; vmalloc and DirectMap values are 0 until the kernel sets them.
meminfo collect_meminfo(pglist_data const& pgdat);

} // namespace pagelab::mm
