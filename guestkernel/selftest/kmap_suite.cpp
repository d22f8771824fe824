// Of high memory: pages keep what is written to them through views that come and go.
#include "guestkernel/mm/highmem.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kPages = mm::LAST_PKMAP + 100; // more than there are slots
constexpr mm::gfp_t kHigh = mm::GFP_HIGHUSER | mm::__GFP_NOWARN | mm::__GFP_NORETRY;

struct pages {
    mm::page** taken;
    unsigned count;
};

// Fewer than kPages where memory is short.
pages take_pages(context& t)
{
    pages all = {t.take_scratch<mm::page*>(kPages), 0};
    while (all.taken != nullptr && all.count < kPages) {
        mm::page* const p = mm::alloc_pages(t.on.node, kHigh, 0);
        if (p == nullptr)
            break;
        all.taken[all.count++] = p;
    }
    return all;
}

void give_back(context& t, pages const& all)
{
    for (unsigned i = 0; i < all.count; i++)
        EXPECT(t, mm::__free_pages(t.on.node, *all.taken[i], 0));
}

void write_through_kmap(context& t, pages const& all)
{
    highmem_functions const& high = *t.on.highmem;
    for (unsigned i = 0; i < all.count; i++) {
        auto* const word = static_cast<uint32_t*>(high.kmap(*all.taken[i]));
        EXPECT(t, word != nullptr);
        *word = i;
        high.kunmap(*all.taken[i]);
    }
}

// Each page holds its number, whichever way it is looked at, and two views at once are one page.
void read_back(context& t, pages const& all)
{
    highmem_functions const& high = *t.on.highmem;
    for (t.step = 0; t.step < t.steps && all.count > 0; t.step++) {
        unsigned const i = t.random.below(all.count);
        auto* const local = static_cast<uint32_t*>(high.kmap_local_page(*all.taken[i]));
        auto const* const shared = static_cast<uint32_t*>(high.kmap(*all.taken[i]));
        EXPECT(t, local != nullptr && shared != nullptr);
        EXPECT(t, *shared == i);
        *local = i;
        high.kunmap_local(local);
        high.kunmap(*all.taken[i]);
        if (t.step % t.check_every == 0)
            EXPECT_NULL_DAMAGE(t, high.check());
    }
}

void contents(context& t)
{
    pages const all = take_pages(t);
    EXPECT(t, all.taken != nullptr);
    write_through_kmap(t, all);
    if (t.failed.what == nullptr)
        read_back(t, all);
    give_back(t, all);
    RETURN_IF_FAILED(t);
    EXPECT_NULL_DAMAGE(t, t.on.highmem->check());
}

// All slots of a CPU, one above the other.
void nested(context& t)
{
    constexpr unsigned kDepth = mm::KM_MAX_IDX / 2;
    highmem_functions const& high = *t.on.highmem;
    pages const all = take_pages(t);
    EXPECT(t, all.taken != nullptr && all.count >= kDepth);
    uint32_t* views[kDepth];
    for (unsigned i = 0; i < kDepth; i++) {
        views[i] = static_cast<uint32_t*>(high.kmap_local_page(*all.taken[i]));
        *views[i] = ~i;
    }
    bool same = true;
    for (unsigned i = kDepth; i > 0; i--) {
        same = same && *views[i - 1] == ~(i - 1);
        high.kunmap_local(views[i - 1]);
    }
    give_back(t, all);
    RETURN_IF_FAILED(t);
    EXPECT(t, same);
    EXPECT_NULL_DAMAGE(t, high.check());
}

template<void (*kRun)(context&)>
void if_there_is_kmap(context& t)
{
    if (t.on.highmem == nullptr)
        t.skipped = "no kmap";
    else
        kRun(t);
}

constexpr test kTests[] = {
    {"contents", if_there_is_kmap<contents>},
    {"nested", if_there_is_kmap<nested>},
};

} // namespace

constinit suite const kKmapSuite = make_suite("kmap", kTests);

} // namespace pagelab::selftest
