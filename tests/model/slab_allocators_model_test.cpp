// SLUB, SLAB and SLOB against a model that knows which bytes are whose.
//
// Objects are filled with a pattern of their own, and must not overlap, move or change until they
// are freed. Caches come and go, CPUs take turns, memory runs out; every so often all invariants
// are checked and the objects in use are counted.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_slab_allocators
#include <map>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "tests/model/seed.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

struct Kind {
    slab_operations const* ops;
    char const* slub_debug; // null: none
    unsigned steps;         // that are checked one by one: debugged ones take longer
};
constexpr Kind kKinds[] = {{&slub_operations, nullptr, 1'000'000},
                           {&slub_operations, "FZPU", 20'000},
                           {&slab_array_operations, nullptr, 1'000'000},
                           {&slab_array_debug_operations, nullptr, 20'000},
                           {&slob_operations, nullptr, 1'000'000}};
constexpr unsigned kCpus = 3;
constexpr zone_layout const& kNative = sizeof(long) == 8 ? kZoneLayout64 : kZoneLayout32;
constexpr uint32_t kBuilt = 0x0b17'e55e; // what constructors write

constexpr gfp_t kGfps[] = {GFP_KERNEL, GFP_KERNEL | __GFP_ZERO, GFP_ATOMIC,
                           GFP_KERNEL | __GFP_RECLAIMABLE, GFP_DMA | GFP_KERNEL};

struct Room {
    uint64_t ram = TestCaches::kRam;
    unsigned smallest = 1; // bytes of an object
    unsigned most_caches = 20;
    unsigned gfps = std::size(kGfps); // so many of them are used
};

struct Object {
    unsigned char* bytes;
    size_t size;
    kmem_cache* cache; // null: kmalloc's
    unsigned char pattern;
};

struct Cache {
    kmem_cache* s;
    bool has_ctor;
    unsigned in_use;
};

void build(void* object)
{
    *static_cast<uint32_t*>(object) = kBuilt;
}

class Walk {
  public:
    Walk(Kind const& kind, unsigned seed, Room const& room = {})
        : t_(*kind.ops, kind.slub_debug, kCpus, merging::never, kNative, room.ram), room_(room),
          random_(seed)
    {
    }

    // Whether the allocator came up.
    bool start()
    {
        if (!kmem_cache_init(t_.caches))
            return false;
        t_.take_log();
        before_ = t_.free_pages();
        return true;
    }

    void step()
    {
        unsigned const what = random_() % 256;
        if (what == 0)
            grows_ = !grows_;
        if (what < 8)
            rare(what);
        else if (objects_.empty() || random_() % 8 < (grows_ ? 5u : 3u))
            what % 2 != 0 ? allocate_from_cache() : allocate_any_size();
        else
            release(random_() % objects_.size());
    }

    // All invariants of the slab layer; changes nothing.
    void check_objects()
    {
        slab_damage const found = check_caches(t_.caches);
        REQUIRE_MESSAGE(!found, found.what);
    }

    void check_pages()
    {
        damage const found = check(t_.node.pgdat);
        REQUIRE_MESSAGE(!found, found.what);
    }

    void compare()
    {
        check_objects();
        check_pages();
        for (Cache const& c : caches_)
            compare_count(c);
    }

    void finish()
    {
        while (!objects_.empty())
            release(objects_.size() - 1);
        while (!caches_.empty())
            destroy(caches_.size() - 1);
        compare();
        for_each_cache([](kmem_cache& s) {
            if (s.ops->name == slab_array_operations.name)
                free_cpu_caches(s);
        });
        for_each_cache(kmem_cache_shrink);
        compare();
        // Descriptors and nodes leave partial slabs.
        CHECK(t_.free_pages() + 8 >= before_);
        CHECK(t_.take_log().find("BUG") == std::string::npos);
    }

    unsigned long failures() const { return failures_; }

  private:
    void for_each_cache(void (*work)(kmem_cache&))
    {
        for (list_head* link = t_.caches.list.next; link != &t_.caches.list; link = link->next)
            work(*CONTAINER_OF(link, kmem_cache, list));
    }

    void rare(unsigned what)
    {
        lib::cpu_number = random_() % kCpus;
        world.nanoseconds += random_() % 3'000'000'000;
        if (what < 3)
            create();
        else if (what == 3 && !caches_.empty())
            destroy(random_() % caches_.size());
        else if (what == 4 && !caches_.empty())
            kmem_cache_shrink(*caches_[random_() % caches_.size()].s);
        else if (what == 5 && !objects_.empty())
            resize(objects_[random_() % objects_.size()]);
        else if (what == 6 && t_.caches.ops->name == slab_array_operations.name)
            reap_or_tune();
    }

    void reap_or_tune()
    {
        if (random_() % 8 != 0 || caches_.empty()) {
            cache_reap(t_.caches);
            return;
        }
        kmem_cache& s = *caches_[random_() % caches_.size()].s;
        unsigned const limit = 1 + random_() % 200;
        tune_cpucache(s, limit, 1 + random_() % limit, random_() % 10);
    }

    void create()
    {
        if (caches_.size() >= room_.most_caches)
            return;
        unsigned const size =
            random_() % 10 == 0 ? 4000 + random_() % 9000 : room_.smallest + 3 + random_() % 1000;
        slab_flags_t flags = random_() % 4 == 0 ? SLAB_HWCACHE_ALIGN : 0;
        if (random_() % 4 == 0)
            flags |= SLAB_POISON | (random_() % 2 != 0 ? SLAB_RED_ZONE | SLAB_STORE_USER : 0);
        bool const has_ctor = random_() % 3 == 0;
        kmem_cache* const s = kmem_cache_create(t_.caches, "thing", size, 1u << random_() % 9,
                                                flags, has_ctor ? build : nullptr);
        if (s != nullptr)
            caches_.push_back({s, has_ctor, 0});
        else
            failures_++;
    }

    void destroy(size_t i)
    {
        Cache const c = caches_[i];
        for (size_t k = objects_.size(); k-- > 0;) {
            if (objects_[k].cache == c.s)
                release(k);
        }
        REQUIRE(caches_[i].in_use == 0);
        kmem_cache_destroy(c.s);
        caches_[i] = caches_.back();
        caches_.pop_back();
    }

    void compare_count(Cache const& c)
    {
        if (c.s->ops->get_slabinfo == nullptr)
            return;
        kmem_cache_shrink(*c.s);
        REQUIRE(c.s->ops->get_slabinfo(*c.s).active_objs == c.in_use);
    }

    void add(void* memory, size_t size, kmem_cache* cache, size_t align)
    {
        auto* const bytes = static_cast<unsigned char*>(memory);
        REQUIRE(reinterpret_cast<uintptr_t>(bytes) % align == 0);
        auto const next = ranges_.lower_bound(bytes);
        REQUIRE((next == ranges_.end() || bytes + size <= next->first));
        if (next != ranges_.begin()) {
            auto const previous = std::prev(next);
            REQUIRE(previous->first + previous->second <= bytes);
        }
        ranges_[bytes] = size;
        Object const o{bytes, size, cache, static_cast<unsigned char>(random_())};
        std::memset(bytes, o.pattern, size);
        objects_.push_back(o);
    }

    void allocate_any_size()
    {
        unsigned const magnitude = random_() % 100;
        size_t size = room_.smallest + random_() % 300;
        if (magnitude < 20)
            size = room_.smallest + random_() % 5000;
        if (magnitude == 0)
            size = 1 + random_() % 50'000;
        gfp_t const gfp = any_gfp();
        void* const memory = kmalloc(t_.caches, size, gfp, 0x1000);
        if (memory == nullptr) {
            failures_++;
            return;
        }
        REQUIRE(ksize(t_.caches, memory) >= size);
        check_zeroed(memory, size, gfp);
        bool const is_power = (size & (size - 1)) == 0 && size <= kPageSize;
        add(memory, size, nullptr, is_power && size > 8 ? size : 8);
    }

    void allocate_from_cache()
    {
        if (caches_.empty())
            return;
        Cache& c = caches_[random_() % caches_.size()];
        gfp_t const gfp = c.has_ctor ? GFP_KERNEL : any_gfp();
        void* const memory = kmem_cache_alloc(*c.s, gfp, 0x2000);
        if (memory == nullptr) {
            failures_++;
            return;
        }
        if (c.has_ctor)
            REQUIRE(*static_cast<uint32_t*>(memory) == kBuilt);
        check_zeroed(memory, c.s->object_size, gfp);
        c.in_use++;
        // Debugged SLAB objects lie behind a word.
        add(memory, c.s->object_size, c.s, c.s->array.obj_offset != 0 ? 8 : c.s->align);
    }

    gfp_t any_gfp()
    {
        gfp_t const gfp = kGfps[random_() % room_.gfps];
        // Whole zeroed pages need an environment that maps pages.
        return t_.caches.ops == &slob_operations ? gfp & ~__GFP_ZERO : gfp;
    }

    static void check_zeroed(void const* memory, size_t size, gfp_t gfp)
    {
        if ((gfp & __GFP_ZERO) == 0 || size > KMALLOC_MAX_CACHE_SIZE)
            return;
        auto const* const bytes = static_cast<unsigned char const*>(memory);
        bool is_zero = true;
        for (size_t i = 0; i < size; i++)
            is_zero = is_zero && bytes[i] == 0;
        REQUIRE(is_zero);
    }

    static bool is_intact(Object const& o)
    {
        for (size_t i = 0; i < o.size; i++) {
            if (o.bytes[i] != o.pattern)
                return false;
        }
        return true;
    }

    void resize(Object& o)
    {
        if (o.cache != nullptr)
            return;
        size_t const size = 1 + random_() % 2000;
        void* const moved = krealloc(t_.caches, o.bytes, size, GFP_KERNEL);
        if (moved == nullptr) {
            failures_++;
            REQUIRE(is_intact(o));
            return;
        }
        Object expected = o;
        expected.bytes = static_cast<unsigned char*>(moved);
        expected.size = std::min(size, o.size);
        REQUIRE(is_intact(expected));
        ranges_.erase(o.bytes);
        o = objects_.back();
        objects_.pop_back();
        add(moved, size, nullptr, 8);
    }

    void release(size_t i)
    {
        Object const o = objects_[i];
        REQUIRE(is_intact(o));
        ranges_.erase(o.bytes);
        objects_[i] = objects_.back();
        objects_.pop_back();
        if (o.cache == nullptr) {
            kfree(t_.caches, o.bytes, 0x3000);
            return;
        }
        for (Cache& c : caches_) {
            if (c.s != o.cache)
                continue;
            if (c.has_ctor)
                build(o.bytes);
            c.in_use--;
        }
        kmem_cache_free(*o.cache, o.bytes, 0x4000);
    }

    TestCaches t_;
    Room room_;
    std::mt19937 random_;
    std::vector<Object> objects_;
    std::vector<Cache> caches_;
    std::map<unsigned char*, size_t> ranges_;
    bool grows_ = true;
    unsigned long failures_ = 0;
    unsigned long before_ = 0;
};

} // namespace

// What is small is quickly looked over: 2 MiB, and few objects in each slab.
TEST_CASE("a million random steps with each allocator in 2 MiB, everything checked after each")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    for (Kind const& kind : kKinds) {
        INFO("allocator ", std::string(kind.ops->name));
        Walk walk(kind, seed, {2 << 20, 500, 4, 3});
        REQUIRE(walk.start());
        for (unsigned i = 0; i < kind.steps; i++) {
            walk.step();
            walk.check_objects();
            if (i % 100 == 0)
                walk.check_pages();
            if (i % 5'000 == 0)
                walk.compare();
        }
        CHECK(walk.failures() > 0);
        walk.finish();
    }
}

TEST_CASE("a hundred thousand random steps with each allocator in 32 MiB, with famines")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    for (Kind const& kind : kKinds) {
        INFO("allocator ", std::string(kind.ops->name));
        Walk walk(kind, seed);
        REQUIRE(walk.start());
        for (unsigned i = 0; i < 100'000; i++) {
            if (i % 10'000 == 9'000) {
                world.fail_from = world.page_calls;
                world.fail_to = world.page_calls + 200;
            }
            walk.step();
            if (i % 2'000 == 0)
                walk.compare();
        }
        CHECK(walk.failures() > 0);
        walk.finish();
    }
}

TEST_CASE("each single request for pages fails once, and from each one on all fail")
{
    for (Kind const& kind : kKinds) {
        INFO("allocator ", std::string(kind.ops->name));
        for (unsigned long lasting : {1ul, 1'000'000ul}) {
            unsigned long calls = 1;
            for (unsigned long nth = 0; nth < calls; nth++) {
                INFO("request ", nth, " and ", lasting - 1, " more");
                Walk walk(kind, 1);
                world.fail_from = nth;
                world.fail_to = nth + lasting;
                bool const is_up = walk.start();
                for (unsigned i = 0; i < 400 && is_up; i++)
                    walk.step();
                calls = std::min(world.page_calls, 120ul);
                if (is_up)
                    walk.finish();
            }
        }
    }
}

} // namespace pagelab::mm
