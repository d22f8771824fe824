// Per-CPU memory against a model that knows the bytes: every unit's copy of an allocation holds
// what was written there last, and no two overlap.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_vmalloc
#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "tests/model/seed.hpp"
#include "tests/unit/mm/percpu_world.hpp"

namespace pagelab::mm {

namespace {

class PercpuWalk {
  public:
    // With `most` objects held, or about as many.
    PercpuWalk(unsigned seed, size_t most) : most_(most), random_(seed) {}

    void step()
    {
        if (random_() % 2048 == 0)
            grows_ = !grows_;
        if (held_.empty() || random_() % 8 < (grows_ && held_.size() < most_ ? 5 : 3))
            allocate();
        else
            release();
    }

    void check()
    {
        char const* const damage = check_percpu(world_.p);
        REQUIRE_MESSAGE(damage == nullptr, damage);
    }

    void release_all()
    {
        while (!held_.empty())
            release();
        REQUIRE(world_.p.nr_chunks <= 2);
    }

    unsigned most_chunks = 0;
    unsigned long failures = 0;

  private:
    struct Held {
        size_t size;
        unsigned char mark;
    };

    void allocate()
    {
        size_t const size = 1 + random_() % (random_() % 64 == 0 ? 9000 : 100);
        size_t const align = size_t{1} << random_() % (random_() % 16 == 0 ? 13 : 5);
        auto const region = random_() % 8 == 0 ? pcpu_region::reserved : pcpu_region::dynamic;
        bool const out_of_memory = random_() % 16 == 0;
        world_.fail_nth(out_of_memory ? static_cast<long>(random_() % 2) : -1);
        auto const pointer = pcpu_alloc(world_.p, size, align, region);
        world_.fail_nth(-1);
        REQUIRE((pointer || out_of_memory || region == pcpu_region::reserved));
        if (!pointer) {
            failures++;
            return;
        }
        uintptr_t const at = pointer.value();
        auto const next = held_.lower_bound(at);
        REQUIRE((next == held_.end() || at + size <= next->first));
        REQUIRE(
            (next == held_.begin() || std::prev(next)->first + std::prev(next)->second.size <= at));
        REQUIRE(reinterpret_cast<uintptr_t>(world_.at(at, 0)) % align == 0);
        auto const mark = static_cast<unsigned char>(random_());
        for (unsigned unit = 0; unit < PercpuWorld::kUnits; unit++) {
            unsigned char* const bytes = world_.at(at, unit);
            REQUIRE(std::all_of(bytes, bytes + size, [](unsigned char c) { return c == 0; }));
            std::memset(bytes, mark + static_cast<int>(unit), size);
        }
        held_[at] = {size, mark};
        most_chunks = std::max(most_chunks, world_.p.nr_chunks);
    }

    void release()
    {
        auto chosen = held_.lower_bound(
            held_.begin()->first + random_() % (held_.rbegin()->first - held_.begin()->first + 1));
        auto const [at, held] = *chosen;
        for (unsigned unit = 0; unit < PercpuWorld::kUnits; unit++) {
            unsigned char const* const bytes = world_.at(at, unit);
            auto const expected = static_cast<unsigned char>(held.mark + unit);
            REQUIRE(std::all_of(bytes, bytes + held.size,
                                [=](unsigned char c) { return c == expected; }));
        }
        REQUIRE(pcpu_free(world_.p, at));
        held_.erase(chosen);
    }

    PercpuWorld world_;
    size_t const most_;
    std::mt19937_64 random_;
    std::map<uintptr_t, Held> held_;
    bool grows_ = true;
};

} // namespace

TEST_CASE("a million random steps of per-CPU memory, everything checked after each")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    PercpuWalk walk(seed, 40);
    for (unsigned long i = 0; i < 1'000'000; i++) {
        walk.step();
        walk.check();
    }
    CHECK(walk.failures > 0);
    walk.release_all();
    walk.check();
}

TEST_CASE("a hundred thousand steps of per-CPU memory in several chunks")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    PercpuWalk walk(seed, 3000);
    for (unsigned long i = 0; i < 100'000; i++) {
        walk.step();
        if (i % 1'000 == 0)
            walk.check();
    }
    CHECK(walk.most_chunks > 2);
    walk.release_all();
    walk.check();
}

} // namespace pagelab::mm
