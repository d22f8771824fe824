// page_owner=on: who took each page, how, when and by what call chain, and who gave it back.
//
// A record per page frame, apart from struct page; pglist_data::page_owners is null when this is
// off, and that is all it costs. The records say of each page of a block what was asked for the
// block. What was taken before the records were there is not known.
// Source: Linux 6.1 mm/page_owner.c; Documentation/mm/page_owner.rst.
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/stack_depot.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct page_owner {
    unsigned char order;
    bool allocated;
    gfp_t gfp_mask;
    unsigned handle;      // of the stack in the depot; 0: never taken, or the depot was full
    unsigned free_handle; // 0: never given back
    uint64_t ts_nsec;     // since boot
    uint64_t free_ts_nsec;
    int pid;
    int tgid;
    char comm[16];
};

// Owned by the kernel, and zeroed by it, with room for every page frame.
struct page_owners {
    page_owner* records; // of pfn 0 first
    unsigned long nr_records;
    stack_depot* stacks;
    // The running code's return addresses, innermost first; how many.
    unsigned (*save_stack)(uintptr_t* entries, unsigned max);
    int (*pid)();
};

// For pages just taken, or about to be free. Called only while page_owners is not null.
void __set_page_owner(pglist_data& pgdat, page const& first, unsigned order, gfp_t gfp);
void __reset_page_owner(pglist_data& pgdat, page const& first, unsigned order);
void __split_page_owner(pglist_data& pgdat, page const& first, unsigned order);

inline void set_page_owner(pglist_data& pgdat, page const& first, unsigned order, gfp_t gfp)
{
    if (pgdat.page_owners != nullptr) [[unlikely]]
        __set_page_owner(pgdat, first, order, gfp);
}

inline void reset_page_owner(pglist_data& pgdat, page const& first, unsigned order)
{
    if (pgdat.page_owners != nullptr) [[unlikely]]
        __reset_page_owner(pgdat, first, order);
}

inline void split_page_owner(pglist_data& pgdat, page const& first, unsigned order)
{
    if (pgdat.page_owners != nullptr) [[unlikely]]
        __split_page_owner(pgdat, first, order);
}

// /sys/kernel/debug/page_owner: each block in use, with its stack. `symbol` names an address: it
// writes into a buffer of 128 bytes and returns it.
void show_page_owner(lib::seq_file& m, pglist_data const& pgdat,
                     char const* (*symbol)(char* buffer, uintptr_t address));

} // namespace pagelab::mm
