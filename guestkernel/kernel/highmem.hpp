// kmap and its family as Linux names them. On x86_64 all memory has an address already.
//
// kmap sleeps while all 512 slots are in use; kunmap of what is not mapped and kunmap_local out of
// order are reported in the log and change nothing.
#pragma once

#include "guestkernel/lib/result.hpp"
#include "guestkernel/mm/page.hpp"

namespace pagelab::kernel {

// After kernel_tables_init(): windows for kmap and kmap_local.
lib::Result<> highmem_start();

void* page_address(mm::page& p); // null: a high page that is not mapped

void* kmap(mm::page& p);
void* kmap_nowait(mm::page& p); // null: all slots are in use. For one thread that takes many
void kunmap(mm::page& p);

void* kmap_local_page(mm::page& p);
void kunmap_local(void const* address);

// The older names; what they forbid in between (sleeping, page faults) cannot happen here.
inline void* kmap_atomic(mm::page& p)
{
    return kmap_local_page(p);
}
inline void kunmap_atomic(void const* address)
{
    kunmap_local(address);
}

void clear_highpage(mm::page& p);
void copy_highpage(mm::page& to, mm::page& from);

char const* check_kmaps(); // null: all is consistent

} // namespace pagelab::kernel
