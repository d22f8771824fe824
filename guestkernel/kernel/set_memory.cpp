// Page by page, then one flush.
#include "guestkernel/kernel/set_memory.hpp"

#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/tlb.hpp"

namespace pagelab::kernel {

void set_memory_rights(void const* start, unsigned long size, page_rights rights)
{
    uint64_t const flags = rights == page_rights::read_only      ? arch::kPageRo
                           : rights == page_rights::read_execute ? arch::kPageRx
                                                                 : arch::kPageRw;
    auto const first = reinterpret_cast<uintptr_t>(start);
    for (uintptr_t at = first; at < first + size; at += kPageSize)
        arch::set_page_flags(reinterpret_cast<void const*>(at), flags);
    flush_tlb_kernel_range(first, first + size);
}

} // namespace pagelab::kernel
