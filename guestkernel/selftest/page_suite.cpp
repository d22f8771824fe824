// Of the page allocator: random requests, exhaustion and zones.
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/selftest/page_model.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kMaxHeld = 2048;
constexpr unsigned kPhase = 1024; // steps of a random walk that mostly takes, or mostly gives back

// None of these reclaims or waits: what cannot be had now is refused.
constexpr mm::gfp_t kKinds[] = {
    mm::GFP_NOWAIT,
    mm::GFP_ATOMIC,
    mm::GFP_NOWAIT | mm::__GFP_RECLAIMABLE,
    mm::GFP_NOWAIT | mm::__GFP_HIGHMEM,
    mm::GFP_NOWAIT | mm::__GFP_HIGHMEM | mm::__GFP_MOVABLE,
    mm::GFP_NOWAIT | mm::__GFP_DMA,
    mm::GFP_NOWAIT | mm::__GFP_DMA32,
};
constexpr unsigned kNrKinds = sizeof(kKinds) / sizeof(kKinds[0]);

// Order 0 half of the time, 1 a quarter, and so on.
unsigned any_order(lib::rng& random)
{
    return lib::lowest_bit(random.next() | 1u << (mm::MAX_ORDER - 1));
}

void expect_nothing_lost(context& t, unsigned long free_before)
{
    EXPECT_SOUND(t, mm::check(t.on.node));
    EXPECT(t, nr_available(t.on.node) == free_before);
}

void random_walk(context& t)
{
    page_model model(t, kMaxHeld);
    EXPECT(t, model.is_ready());
    unsigned long const free_before = nr_available(t.on.node);
    for (t.step = 0; t.step < t.steps; t.step++) {
        unsigned const takes_of_8 = t.step / kPhase % 2 == 0 ? 6 : 2;
        if (model.nr_held() == 0 || t.random.below(8) < takes_of_8)
            model.allocate(kKinds[t.random.below(kNrKinds)], any_order(t.random));
        else
            model.release_any();
        RETURN_IF_FAILED(t);
        EXPECT(t, nr_available(t.on.node) + model.pages_held() == free_before);
        if (t.step % t.check_every == 0)
            EXPECT_SOUND(t, mm::check(t.on.node));
    }
    model.release_all();
    RETURN_IF_FAILED(t);
    expect_nothing_lost(t, free_before);
}

// Pages chained by their lru link, which is the holder's, so that no number of them is too large.
void give_back(context& t, lib::list_head& taken)
{
    while (!lib::list_empty(taken)) {
        mm::page* const p = CONTAINER_OF(taken.next, mm::page, lru);
        lib::list_del(p->lru);
        EXPECT(t, mm::__free_pages(t.on.node, *p, 0));
    }
}

// Zones that have given pages and went below their reserve by that.
bool dips_into_reserve(context& t, unsigned long const* before)
{
    for (unsigned i = 0; i < mm::MAX_NR_ZONES; i++) {
        mm::zone const& z = t.on.node.node_zones[i];
        unsigned long const now = nr_available(z);
        if (now != before[i] && now < z._watermark[mm::WMARK_MIN])
            return true;
    }
    return false;
}

// Single pages until there are none: then every zone is at its reserve and none below it.
void exhaustion(context& t)
{
    constexpr mm::gfp_t kAny = mm::GFP_NOWAIT | mm::__GFP_HIGHMEM | mm::__GFP_NOWARN;
    unsigned long before[mm::MAX_NR_ZONES];
    for (unsigned i = 0; i < mm::MAX_NR_ZONES; i++)
        before[i] = nr_available(t.on.node.node_zones[i]);
    unsigned long const free_before = nr_available(t.on.node);
    lib::list_head taken;
    lib::init_list_head(taken);
    unsigned long count = 0;
    while (mm::page* const p = mm::alloc_pages(t.on.node, kAny, 0)) {
        lib::list_add(p->lru, taken);
        count++;
    }
    bool const is_accounted = nr_available(t.on.node) + count == free_before;
    bool const dips = dips_into_reserve(t, before);
    auto const found = mm::check(t.on.node);
    give_back(t, taken);
    RETURN_IF_FAILED(t);
    EXPECT(t, is_accounted);
    EXPECT(t, !dips);
    EXPECT_SOUND(t, found);
    expect_nothing_lost(t, free_before);
}

// A request that names a zone is never answered from a higher one.
void zone_limits(context& t)
{
    page_model model(t, kMaxHeld);
    EXPECT(t, model.is_ready());
    for (mm::gfp_t const kind : kKinds) {
        for (unsigned order = 0; order < mm::MAX_ORDER; order++) {
            model.allocate(kind, order);
            RETURN_IF_FAILED(t);
        }
    }
    model.release_all();
    RETURN_IF_FAILED(t);
    EXPECT_SOUND(t, mm::check(t.on.node));
}

// Orders beyond the largest are refused, and nothing changes.
void too_large(context& t)
{
    unsigned long const free_before = nr_available(t.on.node);
    EXPECT(t,
           mm::alloc_pages(t.on.node, mm::GFP_NOWAIT | mm::__GFP_NOWARN, mm::MAX_ORDER) == nullptr);
    expect_nothing_lost(t, free_before);
}

constexpr test kTests[] = {
    {"random_walk", random_walk},
    {"exhaustion", exhaustion},
    {"zone_limits", zone_limits},
    {"too_large", too_large},
};

} // namespace

constinit suite const kPageSuite = make_suite("page", kTests);

} // namespace pagelab::selftest
