// Of the slab layer: objects of many caches, each filled to its last byte by whoever holds it.
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/selftest/fail_nth.hpp"
#include "guestkernel/selftest/object_model.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

using mm::kmem_cache;

struct recipe {
    char const* name;
    unsigned size;
    unsigned align;
    mm::slab_flags_t flags;
};

constexpr recipe kRecipes[] = {
    {"selftest-8", 8, 0, 0},
    {"selftest-24", 24, 0, 0},
    {"selftest-56", 56, 0, mm::SLAB_HWCACHE_ALIGN},
    {"selftest-100", 100, 128, 0},
    {"selftest-192", 192, 0, mm::SLAB_RECLAIM_ACCOUNT},
    {"selftest-700", 700, 0, 0},
    {"selftest-2000", 2000, 0, 0},
    {"selftest-5000", 5000, 0, mm::SLAB_HWCACHE_ALIGN},
    {"selftest-red", 72, 0, mm::SLAB_RED_ZONE | mm::SLAB_CONSISTENCY_CHECKS},
    {"selftest-poison", 40, 0, mm::SLAB_POISON | mm::SLAB_CONSISTENCY_CHECKS},
};
constexpr unsigned kNrRecipes = sizeof(kRecipes) / sizeof(kRecipes[0]);
constexpr unsigned kMaxObjects = 4096;
constexpr mm::gfp_t kQuiet = mm::GFP_KERNEL | mm::__GFP_NOWARN | mm::__GFP_NORETRY;

struct caches {
    kmem_cache* all[kNrRecipes];
    unsigned count;
};

void create_all(context& t, caches& made)
{
    for (recipe const& r : kRecipes) {
        kmem_cache* const s =
            mm::kmem_cache_create(*t.on.slabs, r.name, r.size, r.align, r.flags, nullptr);
        EXPECT(t, s != nullptr);
        made.all[made.count++] = s;
    }
}

void destroy_all(caches& made)
{
    while (made.count > 0)
        mm::kmem_cache_destroy(made.all[--made.count]);
}

void walk_through(context& t, object_model& model, caches const& made)
{
    for (t.step = 0; t.step < t.steps; t.step++) {
        unsigned const i = t.random.below(kNrRecipes);
        bool const grows = t.step / 2048 % 2 == 0;
        if (model.nr_held() == 0 || t.random.below(8) < (grows ? 5u : 3u)) {
            void* const object = mm::kmem_cache_alloc(*made.all[i], kQuiet);
            model.hold(object, kRecipes[i].size, kRecipes[i].align, i);
        } else {
            held_object const gone = model.let_go(t.random.below(model.nr_held()));
            RETURN_IF_FAILED(t);
            mm::kmem_cache_free(*made.all[gone.kind], gone.start);
        }
        RETURN_IF_FAILED(t);
        if (t.step % t.check_every == 0)
            EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
    }
}

void random_walk(context& t)
{
    object_model model(t, kMaxObjects);
    caches made = {};
    create_all(t, made);
    if (t.failed.what == nullptr)
        walk_through(t, model, made);
    while (model.nr_held() > 0) {
        held_object const gone = model.let_go(model.nr_held() - 1);
        mm::kmem_cache_free(*made.all[gone.kind], gone.start);
    }
    RETURN_IF_FAILED(t);
    EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
    destroy_all(made);
    EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
}

// A constructor has run for every object before it is first given out, and once only.
constexpr uint64_t kConstructed = 0x5e1f'7e57'c0de'0001;

void constructors(context& t)
{
    constexpr unsigned kObjects = 300;
    auto* const s = mm::kmem_cache_create(*t.on.slabs, "selftest-ctor", 32, 0, 0, [](void* object) {
        *static_cast<uint64_t*>(object) = kConstructed;
    });
    auto** const held = t.take_scratch<uint64_t*>(kObjects);
    EXPECT(t, s != nullptr && held != nullptr);
    bool constructed = true;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < kObjects; i++) {
            held[i] = static_cast<uint64_t*>(mm::kmem_cache_alloc(*s, kQuiet));
            constructed = constructed && held[i] != nullptr && held[i][0] == kConstructed;
        }
        for (unsigned i = 0; i < kObjects; i++) {
            if (held[i] != nullptr)
                mm::kmem_cache_free(*s, held[i]);
        }
    }
    mm::kmem_cache_destroy(s);
    EXPECT(t, constructed);
}

// As many caches again as there are, created and destroyed: nothing of them stays.
void create_and_destroy(context& t)
{
    for (unsigned round = 0; round < 20; round++) {
        caches made = {};
        create_all(t, made);
        for (unsigned i = 0; i < made.count && t.failed.what == nullptr; i++) {
            void* const object = mm::kmem_cache_alloc(*made.all[i], kQuiet);
            if (object != nullptr)
                mm::kmem_cache_free(*made.all[i], object);
        }
        destroy_all(made);
        RETURN_IF_FAILED(t);
        EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
    }
}

// What needs pages in every way: a new cache, many objects of it, more of others, large ones.
void use_everything(context& t, object_model& model)
{
    constexpr size_t kSizes[] = {16, 300, 3000, 20'000};
    mm::slab_caches& caches = *t.on.slabs;
    kmem_cache* const s = mm::kmem_cache_create(caches, "selftest-oom", 1500, 0, 0, nullptr);
    for (unsigned i = 0; s != nullptr && i < 30; i++)
        model.hold(mm::kmem_cache_alloc(*s, kQuiet), 1500, 0, 0);
    while (model.nr_held() > 0)
        mm::kmem_cache_free(*s, model.let_go(model.nr_held() - 1).start);
    if (s != nullptr)
        mm::kmem_cache_destroy(s);
    for (unsigned i = 0; i < 60; i++)
        model.hold(mm::kmalloc(caches, kSizes[i % 4], kQuiet), kSizes[i % 4], 0, 0);
    while (model.nr_held() > 0)
        mm::kfree(caches, model.let_go(model.nr_held() - 1).start);
}

// Every request for pages fails in turn.
void out_of_memory(context& t)
{
    object_model model(t, 64);
    for (t.step = 0;; t.step++) {
        fail_nth const failing(t.on, static_cast<unsigned long>(t.step));
        use_everything(t, model);
        RETURN_IF_FAILED(t);
        EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
        if (!failing.has_happened()) {
            EXPECT(t, t.step > 1);
            return;
        }
    }
}

constexpr test kTests[] = {
    {"random_walk", if_there_are_slabs<random_walk>},
    {"constructors", if_there_are_slabs<constructors>},
    {"create_and_destroy", if_there_are_slabs<create_and_destroy>},
    {"out_of_memory", if_there_are_slabs<out_of_memory>},
};

} // namespace

constinit suite const kSlabSuite = make_suite("slab", kTests);

} // namespace pagelab::selftest
