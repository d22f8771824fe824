// Pages become a slab by a flag, an owner and a count, and cease to be one by the same.
#include "guestkernel/mm/slab/slab_pages.hpp"

#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

// Linux stores these counts in pages, although their names say bytes.
void account_slab(kmem_cache const& s, long pages)
{
    bool const is_reclaimable = (s.flags & SLAB_RECLAIM_ACCOUNT) != 0;
    mod_node_page_state(*s.caches->env.pgdat,
                        is_reclaimable ? NR_SLAB_RECLAIMABLE_B : NR_SLAB_UNRECLAIMABLE_B, pages);
}

} // namespace

slab* alloc_slab_pages(kmem_cache& s, gfp_t gfp, unsigned order)
{
    slab_env const& env = s.caches->env;
    page* const first = env.alloc_pages(*env.pgdat, (gfp & kSlabGfpMask) | s.allocflags, order);
    if (first == nullptr)
        return nullptr;
    set_page_flag(*first, PG_slab);
    account_slab(s, 1l << order);
    slab& sl = page_slab(*first);
    sl.slab_cache = &s;
    return &sl;
}

void free_slab_pages(kmem_cache& s, slab& sl, unsigned order)
{
    page& first = slab_page(sl);
    account_slab(s, -(1l << order));
    clear_page_flag(first, PG_slab);
    first.mapping = nullptr;
    first.private_ = 0;
    first._mapcount = -1;
    // Nothing can be done about pages that have become bad: they are lost, as Linux loses them.
    static_cast<void>(__free_pages(*s.caches->env.pgdat, first, order));
}

} // namespace pagelab::mm
