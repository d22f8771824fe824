// The page allocator's door for the rest of the kernel.
#include "guestkernel/kernel/page_alloc.hpp"

#include "guestkernel/arch/x86/bug.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

mm::page* __alloc_pages(mm::pglist_data& pgdat, mm::gfp_t gfp, unsigned order)
{
    if (order >= mm::MAX_ORDER) [[unlikely]] {
        WARN_ON_ONCE((gfp & mm::__GFP_NOWARN) == 0);
        return nullptr;
    }
    return mm::alloc_pages(pgdat, gfp, order);
}

} // namespace pagelab::kernel
