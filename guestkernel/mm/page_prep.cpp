// One test of several words first: what exactly is wrong is asked only if something is.
#include "guestkernel/mm/page_prep.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/compound.hpp"

namespace pagelab::mm {

namespace {

// A page without mappings, cache and flags of these, with this many users.
inline bool page_expected_state(page const& p, int users, unsigned long flags)
{
    return ((p._refcount ^ users) | (p._mapcount + 1)) == 0 &&
           (reinterpret_cast<uintptr_t>(p.mapping) | (p.flags & flags)) == 0;
}

char const* page_bad_reason(page const& p, unsigned long flags)
{
    if (p._mapcount != -1)
        return "nonzero mapcount";
    if (p.mapping != nullptr)
        return "non-NULL mapping";
    if (p._refcount != 0)
        return "nonzero _refcount";
    return flags == kFlagsCheckedAtFree ? "PAGE_FLAGS_CHECK_AT_FREE flag(s) set"
                                        : "PAGE_FLAGS_CHECK_AT_PREP flag(s) set";
}

Error why_not_free(page const& p, int users)
{
    if (page_buddy(p))
        return {"page is already free"};
    if (page_flag(p, PG_reserved))
        return {"page is reserved"};
    if (p._refcount < users)
        return {"page has no users"};
    if (p._refcount > users)
        return {"page inside the block has users"};
    if (page_tail(p))
        return {"page is inside a compound page"};
    if (p._mapcount != -1)
        return {"page is still mapped"};
    if (p.mapping != nullptr)
        return {"page is still in a page cache"};
    if (page_flag(p, PG_slab))
        return {"page is a slab's"};
    return {"page is locked, on an lru list or otherwise in use"};
}

void report_bad_page(pglist_data& pgdat, page const& p, char const* why)
{
    environment const& env = *pgdat.env;
    Pfn const pfn = page_to_pfn(pgdat, p);
    auto const number = static_cast<unsigned long>(pfn.value);
    pgdat.bad_page = {pgdat.bad_page.count + 1, pfn, why};
    printk(env, log_level::alert, "BUG: Bad page state in process %s  pfn:%05lx\n", env.task_name(),
           number);
    printk(env, log_level::warning,
           "page:%p refcount:%d mapcount:%d mapping:%p index:%#lx pfn:%#lx\n",
           static_cast<void const*>(&p), p._refcount, p._mapcount + 1,
           static_cast<void const*>(p.mapping), p.index, number);
    printk(env, log_level::warning, "flags: %#lx\n", p.flags);
    printk(env, log_level::warning, "page dumped because: %s\n", why);
    if (env.dump_stack != nullptr)
        env.dump_stack();
}

void clear_pages(pglist_data const& pgdat, page& first, unsigned order)
{
    environment const& env = *pgdat.env;
    void* const address = env.page_address != nullptr ? env.page_address(first) : nullptr;
    if (address != nullptr) {
        memset(address, 0, static_cast<size_t>(kPageSize) << order);
        return;
    }
    for (unsigned long i = 0; i < 1ul << order; i++)
        clear_highpage(pgdat, *(&first + i));
}

} // namespace

Result<> check_free_pages(pglist_data const& pgdat, page& first, unsigned order, int users)
{
    if (!page_expected_state(first, users, kFlagsCheckedAtFree) || page_tail(first))
        return why_not_free(first, users);
    unsigned long const pages = 1ul << order;
    zone const& z = pgdat.node_zones[page_zonenum(first)];
    unsigned long const pfn = pfn_of(z, first);
    if (!lib::is_aligned(pfn, pages) || !zone_spans_pfn(z, pfn) ||
        !zone_spans_pfn(z, pfn + pages - 1))
        return Error{"page does not begin a block of this order"};
    if (page_head(first)) {
        if (compound_order(first) != order)
            return Error{"order differs from the compound page's"};
        auto const head = reinterpret_cast<unsigned long>(&first) + 1;
        auto* const mapping = reinterpret_cast<address_space*>(TAIL_MAPPING);
        for (page const* tail = &first + 1; tail < &first + pages; tail++) {
            if (tail->compound_head != head || tail->mapping != mapping || tail->_refcount != 0)
                return Error{"compound page is damaged"};
        }
        return {};
    }
    for (page const* tail = &first + 1; tail < &first + pages; tail++) {
        if (!page_expected_state(*tail, 0, kFlagsCheckedAtFree))
            return why_not_free(*tail, 0);
    }
    return {};
}

void free_pages_prepare(page& first, unsigned order)
{
    if (page_head(first))
        destroy_compound_page(first, order);
    for (page* p = &first; p < &first + (1ul << order); p++)
        p->flags &= ~kFlagsCheckedAtPrep;
    first._refcount = 0;
}

bool check_new_pages(pglist_data& pgdat, page& first, unsigned order)
{
    for (page* p = &first; p < &first + (1ul << order); p++) {
        if (page_expected_state(*p, 0, kFlagsCheckedAtPrep))
            continue;
        report_bad_page(pgdat, *p, page_bad_reason(*p, kFlagsCheckedAtPrep));
        return false;
    }
    return true;
}

void prep_new_page(pglist_data& pgdat, page& first, unsigned order, gfp_t gfp)
{
    first.private_ = 0;
    first._refcount = 1;
    if ((gfp & (__GFP_COMP | __GFP_ZERO)) == 0)
        return;
    if (gfp & __GFP_ZERO)
        clear_pages(pgdat, first, order);
    if ((gfp & __GFP_COMP) != 0 && order > 0)
        prep_compound_page(first, order);
}

void clear_highpage(pglist_data const& pgdat, page& p)
{
    environment const& env = *pgdat.env;
    if (env.kmap_local_page == nullptr)
        return;
    void* const address = env.kmap_local_page(p);
    memset(address, 0, kPageSize);
    env.kunmap_local(address);
}

} // namespace pagelab::mm
