// Each request for pages fails in turn, once or from there on, in everything that the slab layer
// asks pages for. What cannot be had is refused; what is had is sound; every page comes back.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kCpus = 2;
constexpr uint32_t kBuilt = 0x0b17'e55e; // what the constructor writes

bool is_slab_array(TestCaches const& t)
{
    return std::string(t.caches.ops->name) == slab_array_operations.name;
}

kmem_cache* create(TestCaches& t, unsigned size, slab_flags_t flags = 0,
                   void (*ctor)(void*) = nullptr)
{
    return kmem_cache_create(t.caches, "failing", size, 0, flags, ctor);
}

// `count` objects, taken by one CPU and given back by another; then the cache goes.
void use(kmem_cache* s, unsigned count)
{
    if (s == nullptr)
        return;
    std::vector<void*> held;
    for (unsigned i = 0; i < count; i++) {
        lib::cpu_number = i % kCpus;
        void* const object = kmem_cache_alloc(*s, GFP_KERNEL);
        if (object == nullptr)
            continue;
        if (s->ctor != nullptr)
            CHECK(*static_cast<uint32_t*>(object) == kBuilt);
        else
            std::memset(object, 0x11, s->object_size);
        held.push_back(object);
    }
    for (void* const object : held) {
        lib::cpu_number = (lib::cpu_number + 1) % kCpus;
        kmem_cache_free(*s, object);
    }
    kmem_cache_destroy(s);
}

void small_objects(TestCaches& t)
{
    use(create(t, 200), 100);
}

void large_objects(TestCaches& t) // of which SLAB keeps its management elsewhere
{
    use(create(t, 3000), 20);
}

void constructed_objects(TestCaches& t)
{
    use(create(t, 100, 0, [](void* object) { *static_cast<uint32_t*>(object) = kBuilt; }), 100);
}

void debugged_objects(TestCaches& t)
{
    use(create(t, 100, SLAB_POISON | SLAB_RED_ZONE | SLAB_STORE_USER), 100);
}

void tuned_arrays(TestCaches& t)
{
    kmem_cache* const s = create(t, 120);
    if (s != nullptr && is_slab_array(t)) {
        if (void* const object = kmem_cache_alloc(*s, GFP_KERNEL)) // makes arrays
            kmem_cache_free(*s, object);
        tune_cpucache(*s, 600, 60, 8);
        tune_cpucache(*s, 12, 6, 0);
    }
    use(s, 50);
}

void every_size(TestCaches& t)
{
    std::vector<void*> held;
    for (gfp_t const gfp : {GFP_KERNEL, GFP_KERNEL | GFP_DMA, GFP_KERNEL | __GFP_RECLAIMABLE}) {
        for (size_t size = 8; size <= 1 << 20; size *= 2)
            held.push_back(kmalloc(t.caches, size, gfp | __GFP_NOWARN));
    }
    for (void* const object : held)
        kfree(t.caches, object);
}

void growing_object(TestCaches& t)
{
    unsigned char* object = nullptr;
    size_t size = 0;
    for (size_t const wanted : {10u, 100u, 5000u, 50'000u, 300u}) {
        void* const moved = krealloc(t.caches, object, wanted, GFP_KERNEL | __GFP_NOWARN);
        for (size_t i = 0; i < std::min(size, moved != nullptr ? wanted : size); i++)
            CHECK((moved != nullptr ? static_cast<unsigned char*>(moved) : object)[i] == 0x22);
        if (moved == nullptr)
            continue;
        object = static_cast<unsigned char*>(moved);
        size = wanted;
        std::memset(object, 0x22, size);
    }
    kfree(t.caches, object);
}

struct Scenario {
    char const* name;
    void (*run)(TestCaches& t);
};
constexpr Scenario kScenarios[] = {
    {"small objects", small_objects},
    {"large objects", large_objects},
    {"constructor", constructed_objects},
    {"debugging", debugged_objects},
    {"arrays of other sizes", tuned_arrays},
    {"every size of kmalloc", every_size},
    {"krealloc", growing_object},
};

struct Kind {
    slab_operations const* ops;
    char const* slub_debug; // null: none
};
constexpr Kind kKinds[] = {{&slub_operations, nullptr},
                           {&slub_operations, "FZPU"},
                           {&slab_array_operations, nullptr},
                           {&slab_array_debug_operations, nullptr},
                           {&slob_operations, nullptr}};

// Free pages when no cache keeps any that it could do without.
unsigned long settle(TestCaches& t)
{
    lib::cpu_number = 0;
    list_head& all = t.caches.list;
    for (list_head* link = all.next; link != &all && is_slab_array(t); link = link->next)
        free_cpu_caches(*CONTAINER_OF(link, kmem_cache, list));
    for (list_head* link = all.next; link != &all; link = link->next)
        kmem_cache_shrink(*CONTAINER_OF(link, kmem_cache, list));
    return t.free_pages();
}

// Runs until a run has no n-th request; how many failed.
unsigned long fail_each(TestCaches& t, Scenario const& scenario, unsigned long lasting)
{
    settle(t);
    scenario.run(t);
    unsigned long const free_before = settle(t);
    for (unsigned long nth = 0;; nth++) {
        CAPTURE(nth);
        unsigned long const first = world.page_calls;
        world.fail_from = first + nth;
        world.fail_to = world.fail_from + lasting;
        scenario.run(t);
        bool const has_failed = world.page_calls > world.fail_from;
        world.fail_to = world.fail_from;
        REQUIRE(t.damage() == "none");
        REQUIRE(settle(t) == free_before);
        REQUIRE_FALSE(check(t.node.pgdat));
        if (!has_failed)
            return nth;
    }
}

} // namespace

TEST_CASE("each request for pages fails, for each use of each allocator")
{
    for (Kind const& kind : kKinds) {
        for (auto const* layout : {&kZoneLayout64, &kZoneLayout32}) {
            INFO("allocator ", std::string(kind.ops->name));
            TestCaches t(*kind.ops, kind.slub_debug, kCpus, merging::never, *layout);
            t.start();
            for (Scenario const& scenario : kScenarios) {
                INFO("scenario ", std::string(scenario.name));
                CHECK(fail_each(t, scenario, 1) > 0);
                CHECK(fail_each(t, scenario, 1'000'000) > 0);
            }
            CHECK(t.take_log().find("BUG") == std::string::npos);
        }
    }
}

} // namespace pagelab::mm
