// The kernel's page tables as mm/ works on them: tables from the page allocator, reached through
// the direct map. Only after page_allocator_init().
#pragma once

#include "guestkernel/mm/vmap_table.hpp"

namespace pagelab::kernel {

mm::Result<> kernel_tables_init(); // takes the tables that CR3 points to
mm::vmap_table const& kernel_tables();

} // namespace pagelab::kernel
