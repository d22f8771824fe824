// One test of several words first: what exactly is wrong is asked only if something is.
#include "guestkernel/mm/page_prep.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/buddy.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/flag_names.hpp"

namespace pagelab::mm {

namespace {

constexpr auto kZoneBits = static_cast<unsigned long>(ZoneField::mask);

// The words of many pages that tell whether all are free, or-ed or and-ed together.
struct page_words {
    unsigned long flags = 0;
    uintptr_t users_and_mapping = 0;
    int mapcount = -1;

    void add(page const& p)
    {
        flags |= p.flags;
        users_and_mapping |= static_cast<unsigned>(p._refcount);
        users_and_mapping |= reinterpret_cast<uintptr_t>(p.mapping);
        mapcount &= p._mapcount;
    }

    bool are_free(unsigned long checked) const
    {
        return mapcount == -1 && (users_and_mapping | (flags & checked)) == 0;
    }
};

inline page_words gather(page const& first, unsigned order)
{
    page_words words;
    page const* p = &first;
    words.add(*p);
    if (order == 0)
        return words;
    words.add(p[1]);
    if (order == 1)
        return words;
    words.add(p[2]);
    words.add(p[3]);
    for (p += 4; p < &first + (1ul << order); p += 4) { // in fours: it is half the price of freeing
        words.add(p[0]);
        words.add(p[1]);
        words.add(p[2]);
        words.add(p[3]);
    }
    return words;
}

page const& first_bad_page(page const* p)
{
    while (page_expected_state(*p, 0, kFlagsCheckedAtFree))
        p++;
    return *p;
}

char const* compound_damage(page const& head, unsigned order)
{
    if (compound_order(head) != order)
        return "order differs from the compound page's";
    auto const link = reinterpret_cast<unsigned long>(&head) + 1;
    auto* const mapping = reinterpret_cast<address_space*>(TAIL_MAPPING);
    for (page const* tail = &head + 1; tail < &head + (1ul << order); tail++) {
        if (tail->compound_head != link || tail->mapping != mapping ||
            (tail->_refcount | (tail->_mapcount + 1)) != 0 || (tail->flags & kFlagsCheckedAtFree))
            return "compound page is damaged";
    }
    return nullptr;
}

char const* page_bad_reason(page const& p)
{
    if (p._mapcount != -1)
        return "nonzero mapcount";
    if (p.mapping != nullptr)
        return "non-NULL mapping";
    if (p._refcount != 0)
        return "nonzero _refcount";
    return "PAGE_FLAGS_CHECK_AT_PREP flag(s) set";
}

char const* why_not_free(page const& p, int users)
{
    if (page_buddy(p))
        return "page is already free";
    if (page_flag(p, PG_reserved))
        return "page is reserved";
    if (p._refcount < users)
        return "page has no users";
    if (p._refcount > users)
        return "page inside the block has users";
    if (page_tail(p))
        return "page is inside a compound page";
    if (p._mapcount != -1)
        return "page is still mapped";
    if (p.mapping != nullptr)
        return "page is still in a page cache";
    if (page_flag(p, PG_slab))
        return "page is a slab's";
    return "page is locked, on an lru list or otherwise in use";
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

void report_bad_page(pglist_data& pgdat, page const& p, char const* why)
{
    environment const& env = *pgdat.env;
    Pfn const pfn = page_to_pfn(pgdat, p);
    auto const number = static_cast<unsigned long>(pfn.value);
    pgdat.bad_page = {pgdat.bad_page.count + 1, pfn, why};
    printk(env, log_level::alert, "BUG: Bad page state in process %s  pfn:%05lx\n", env.task_name(),
           number);
    printk(env, log_level::warning,
           "page:%px refcount:%d mapcount:%d mapping:%p index:%#lx pfn:%#lx\n",
           static_cast<void const*>(&p), p._refcount, p._mapcount + 1,
           static_cast<void const*>(p.mapping), p.index, number);
    char flags[kFlagTextSize];
    printk(env, log_level::warning, "flags: %s\n",
           format_page_flags(flags, sizeof(flags), p.flags));
    printk(env, log_level::warning, "page dumped because: %s\n", why);
    if (env.dump_stack != nullptr)
        env.dump_stack();
}

char const* free_pages_prepare(pglist_data const& pgdat, page& first, unsigned order, int users)
{
    if (!page_expected_state(first, users, kFlagsCheckedAtFree) || page_tail(first))
        return why_not_free(first, users);
    unsigned long const pages = 1ul << order;
    auto const pfn = static_cast<unsigned long>(&first - pgdat.node_mem_map);
    page const& last = *(&first + (pages - 1));
    if ((pfn & (pages - 1)) != 0 || ((first.flags ^ last.flags) & kZoneBits) != 0)
        return "page does not begin a block of this order";
    if (page_head(first)) {
        if (char const* const damage = compound_damage(first, order))
            return damage;
        destroy_compound_page(first, order);
    }
    first._refcount = 0;
    page_words const words = gather(first, order);
    if (!words.are_free(kFlagsCheckedAtFree)) {
        first._refcount = users;
        return why_not_free(first_bad_page(&first + 1), 0);
    }
    if ((words.flags & kFlagsCheckedAtPrep) != 0) {
        for (page* p = &first; p < &first + pages; p++)
            p->flags &= ~kFlagsCheckedAtPrep;
    }
    return nullptr;
}

bool check_new_pages(pglist_data& pgdat, page& first, unsigned order)
{
    if (gather(first, order).are_free(kFlagsCheckedAtPrep))
        return true;
    page* bad = &first;
    while (page_expected_state(*bad, 0, kFlagsCheckedAtPrep))
        bad++;
    report_bad_page(pgdat, *bad, page_bad_reason(*bad));
    return false;
}

void prep_special_page(pglist_data& pgdat, page& first, unsigned order, gfp_t gfp)
{
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
