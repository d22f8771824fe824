// High memory on i686: short views of pages that have no permanent mapping.
//
//   kmap         one of 512 slots in the pkmap window, counted; stays until kunmap. A slot freed
//                keeps its mapping until the search for slots wraps, when all are flushed at once
//   kmap_local   one of 16 slots a CPU has in the fixmap, used as a stack: the last mapped is the
//                first unmapped
//
//   pkmap_count  0: free and flushed; 1: unused, but still mapped; n: n - 1 users
//
// kmap is for threads: it may wait for a slot. kmap_local keeps its thread on this CPU until
// kunmap_local; handlers may use it, too.
//
// A page of low memory is not mapped by either: it has an address already. Slots of the fixmap
// count downwards from fixaddr_top. Where page_address finds a high page's slot: a hash table of
// 128 lists. Kernels without high memory do without all of this.
//
// Source: Linux 6.1 mm/highmem.c, include/linux/highmem-internal.h,
// arch/x86/include/asm/kmap_size.h and pgtable_32_types.h (PAE: LAST_PKMAP 512).
#pragma once

#include "guestkernel/lib/spinlock.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

enum : unsigned {
    LAST_PKMAP = 512,
    KM_MAX_IDX = 16,
    PA_HASH_ORDER = 7,
    kHighmemCpus = 16,
};

struct page_address_map {
    struct page* page;
    void* virtual_address; // "virtual" is a word of C++
    list_head list;
};

// What the state needs from outside. Unmapped slots are flushed before they are used again.
struct highmem_environment {
    pglist_data* pgdat;
    void* context;
    void* (*lowmem_address)(void* context, PhysAddr); // of a frame the direct map has
    unsigned (*cpu)(void* context);
    void (*flush_range)(void* context, unsigned long start, unsigned long end);
    void (*flush_page)(void* context, unsigned long address);
    bool (*wait_for_slot)(void* context); // all are in use: whether to look again; null: never
    uint64_t* pkmap_table;                // of LAST_PKMAP entries, for pkmap_base on
    unsigned long pkmap_base;
    uint64_t* fixmap_entry; // of fixaddr_top - 4 KiB, slot 0; lower slots have lower entries
    unsigned long fixaddr_top;
    uint64_t prot; // flags of the leaves
};

struct highmem {
    highmem_environment env;
    unsigned zone; // the number of high memory's, looked at first; MAX_NR_ZONES: there is none
    lib::spinlock_t kmap_lock; // of the pkmap slots
    mutable lib::spinlock_t
        pas_lock; // with kmap_lock: to change the hash table; or else: to read it
    int pkmap_count[LAST_PKMAP];
    unsigned last_pkmap_nr;
    page_address_map page_address_maps[LAST_PKMAP];
    list_head page_address_htable[1u << PA_HASH_ORDER];
    unsigned kmap_ctrl_idx[kHighmemCpus]; // slots in use, by CPU
    unsigned long nr_flushes;             // of the pkmap window
};

void highmem_init(highmem& hm, highmem_environment const& env);

inline bool page_highmem(pglist_data const& pgdat, page const& p)
{
    return is_highmem_idx(pgdat, page_zonenum(p));
}

// Where the page is mapped: by the direct map or a pkmap slot; null: nowhere.
void* page_address(highmem const& hm, page const& p);

// Null: all slots are in use, and nobody waits for one.
void* kmap(highmem& hm, page& p);

// An error means that the page was not mapped: nothing was changed.
Result<> kunmap(highmem& hm, page& p);

// Null: this CPU has no slot left.
void* kmap_local_page(highmem& hm, page& p);

// An error means that this is not what this CPU mapped last: nothing was changed. Addresses of low
// memory are ignored.
Result<> kunmap_local(highmem& hm, void const* address);

// The first inconsistency between counts, entries, addresses and slots; null: none.
char const* check_highmem(highmem const& hm);

} // namespace pagelab::mm
