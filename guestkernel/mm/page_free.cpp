// Giving pages back, and the forms of a request other than alloc_pages.
#include "guestkernel/mm/page_alloc.hpp"

#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/page_owner.hpp"
#include "guestkernel/mm/page_prep.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::mm {

namespace {

// Of prepared pages.
inline void free_the_page(pglist_data& pgdat, page& first, unsigned order)
{
    zone& z = page_zone(pgdat, first);
    count_vm_events(pgdat, PGFREE, 1ul << order);
    reset_page_owner(pgdat, first, order);
    if (pcp_allowed_order(order))
        free_unref_page(z, first, order);
    else
        free_one_page(z, first, order, free_place::kByNeighbour);
}

Result<> free_last(pglist_data& pgdat, page& first, unsigned order)
{
    if (char const* const why_not = free_pages_prepare(pgdat, first, order, 1))
        return Error{why_not};
    free_the_page(pgdat, first, order);
    return {};
}

// A reference of several, unless all others are dropped meanwhile: a block that is not compound
// keeps its first page only.
Result<> drop_reference(pglist_data& pgdat, page& first, unsigned order)
{
    if (order == 0 || page_head(first)) {
        if (lib::atomic_sub_return(first._refcount, 1) > 0)
            return {};
        first._refcount = 1;
        return free_last(pgdat, first, order);
    }
    int const users = first._refcount;
    if (char const* const why_not = free_pages_prepare(pgdat, first, order, users))
        return Error{why_not};
    first._refcount = users - 1;
    while (order-- > 0)
        free_the_page(pgdat, *(&first + (1ul << order)), order);
    return {};
}

unsigned long exact_pages(size_t size)
{
    return static_cast<unsigned long>((size + kPageSize - 1) / kPageSize);
}

} // namespace

Result<> __free_pages(pglist_data& pgdat, page& first, unsigned order)
{
    constexpr unsigned long kOdd = kFlagsCheckedAtFree | 1ul << PG_head;
    if (order == 0 && page_expected_state(first, 1, kOdd) && !page_tail(first)) {
        first.flags &= ~kFlagsCheckedAtPrep;
        first._refcount = 0;
        count_vm_events(pgdat, PGFREE, 1);
        reset_page_owner(pgdat, first, 0);
        free_unref_page(page_zone(pgdat, first), first, 0);
        return {};
    }
    if (order >= MAX_ORDER)
        return Error{"order is too large"};
    if (lib::read_acquire(first._refcount) > 1)
        return drop_reference(pgdat, first, order);
    return free_last(pgdat, first, order);
}

Result<> put_page(pglist_data& pgdat, page& p)
{
    page& head = compound_head(p);
    return __free_pages(pgdat, head, compound_order(head));
}

void split_page(page& first, unsigned order)
{
    for (unsigned long i = 1; i < 1ul << order; i++)
        (&first + i)->_refcount = 1;
}

unsigned long __get_free_pages(pglist_data& pgdat, gfp_t gfp, unsigned order)
{
    if ((gfp & __GFP_HIGHMEM) != 0 || pgdat.env->page_address == nullptr)
        return 0;
    page* const first = alloc_pages(pgdat, gfp, order);
    return first == nullptr ? 0 : reinterpret_cast<unsigned long>(pgdat.env->page_address(*first));
}

unsigned long get_zeroed_page(pglist_data& pgdat, gfp_t gfp)
{
    return __get_free_pages(pgdat, gfp | __GFP_ZERO, 0);
}

Result<> free_pages(pglist_data& pgdat, unsigned long address, unsigned order)
{
    if (address == 0)
        return {};
    if (pgdat.env->virt_to_page == nullptr)
        return Error{"no page has an address here"};
    page* const first = pgdat.env->virt_to_page(reinterpret_cast<void const*>(address));
    if (first == nullptr)
        return Error{"address is not in the direct map"};
    return __free_pages(pgdat, *first, order);
}

void* alloc_pages_exact(pglist_data& pgdat, size_t size, gfp_t gfp)
{
    unsigned const order = get_order(size);
    unsigned long const address = __get_free_pages(pgdat, gfp & ~__GFP_COMP, order);
    if (address == 0)
        return nullptr;
    page& first = *pgdat.env->virt_to_page(reinterpret_cast<void const*>(address));
    split_page(first, order);
    split_page_owner(pgdat, first, order);
    for (unsigned long i = exact_pages(size); i < 1ul << order; i++)
        static_cast<void>(__free_pages(pgdat, *(&first + i), 0));
    return reinterpret_cast<void*>(address);
}

Result<> free_pages_exact(pglist_data& pgdat, void* address, size_t size)
{
    auto const start = reinterpret_cast<unsigned long>(address);
    for (unsigned long i = 0; i < exact_pages(size); i++)
        TRY(free_pages(pgdat, start + i * static_cast<unsigned long>(kPageSize), 0));
    return {};
}

} // namespace pagelab::mm
