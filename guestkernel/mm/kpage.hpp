// /proc/kpageflags and /proc/kpagecount: 64 bits on each page frame, in order of pfn.
//
// kpageflags has a bit for each thing that may be said of a page; the numbers are for tools and
// stay the same while struct page changes. A frame that is no memory has NOPAGE only.
// Source: Linux 6.1 include/uapi/linux/kernel-page-flags.h, include/linux/kernel-page-flags.h,
// stable_page_flags() in fs/proc/page.c; Documentation/admin-guide/mm/pagemap.rst.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

enum kpageflags : unsigned { // bit numbers
    KPF_LOCKED = 0,
    KPF_ERROR = 1,
    KPF_REFERENCED = 2,
    KPF_UPTODATE = 3,
    KPF_DIRTY = 4,
    KPF_LRU = 5,
    KPF_ACTIVE = 6,
    KPF_SLAB = 7, // of each page of a compound one
    KPF_WRITEBACK = 8,
    KPF_RECLAIM = 9,
    KPF_BUDDY = 10, // of each page of a free block
    KPF_MMAP = 11,
    KPF_SWAPBACKED = 14,
    KPF_COMPOUND_HEAD = 15,
    KPF_COMPOUND_TAIL = 16,
    KPF_UNEVICTABLE = 18,
    KPF_NOPAGE = 20,
    KPF_OFFLINE = 23,
    KPF_PGTABLE = 26,
    KPF_RESERVED = 32, // from here on: hints for those who debug the kernel
    KPF_MLOCKED = 33,
    KPF_MAPPEDTODISK = 34,
    KPF_PRIVATE = 35,
    KPF_PRIVATE_2 = 36,
    KPF_OWNER_PRIVATE = 37,
    KPF_ARCH = 38,
};

// Of any page frame, also one without a struct page.
uint64_t stable_page_flags(pglist_data const& pgdat, Pfn pfn);
uint64_t kpagecount(pglist_data const& pgdat, Pfn pfn); // how often it is mapped; a slab never is

// A piece of such a file: like Linux, only whole words (else an Error). Returns the bytes stored; 0
// behind the node's last page.
Result<size_t> read_kpages(pglist_data const& pgdat,
                           uint64_t (*word)(pglist_data const& pgdat, Pfn pfn), uint64_t offset,
                           void* buffer, size_t size);

} // namespace pagelab::mm
