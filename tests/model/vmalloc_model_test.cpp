// vmalloc and kmap against models that only know which addresses are taken.
//
// The address space's model predicts the very address: the lowest page-aligned place with enough
// room between areas that are in use or wait for the flush. The TLB of the test remembers every
// page touched, so that an address used again before its flush shows.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_vmalloc
#include <doctest/doctest.h>

#include "tests/model/seed.hpp"
#include "tests/unit/mm/highmem_world.hpp"
#include "tests/unit/mm/vmalloc_world.hpp"

namespace pagelab::mm {

namespace {

class VmallocWalk {
  public:
    // In a window twice as large as the memory there is, so that now this and now that is full.
    VmallocWalk(unsigned levels, unsigned seed, size_t frames)
        : frames_(frames), window_(2 * frames * kPageSize), world_(levels, frames), random_(seed)
    {
    }

    void step()
    {
        if (random_() % 4096 == 0)
            grows_ = !grows_;
        if (in_use_.empty() || random_() % 8 < (grows_ ? 5 : 3))
            allocate();
        else
            release();
    }

    void check()
    {
        char const* const damage = check_vmalloc(world_.v);
        REQUIRE_MESSAGE(damage == nullptr, damage);
        size_t pages = 0;
        for (auto const& [start, area] : in_use_)
            pages += area.pages;
        REQUIRE(world_.v.nr_vmalloc_pages == pages);
        REQUIRE(world_.free_frames() == frames_ - pages);
    }

    unsigned long failures = 0;
    unsigned long purges() const { return world_.v.space.nr_purges; }

  private:
    struct Area {
        unsigned long pages;
        unsigned long end; // behind the guard page
        bool is_waiting;
    };

    // The lowest place; 0: none.
    unsigned long predict(unsigned long size) const
    {
        unsigned long at = world_.start;
        for (auto const& [start, area] : taken_) {
            if (at + size <= start)
                return at;
            at = area.end;
        }
        return at + size <= world_.start + window_ ? at : 0;
    }

    void purge()
    {
        std::erase_if(taken_, [](auto const& entry) { return entry.second.is_waiting; });
        waiting_pages_ = 0;
    }

    void allocate()
    {
        unsigned long const pages = 1 + random_() % (random_() % 16 == 0 ? frames_ / 4 : 8);
        unsigned long const size = (pages + 1) * kPageSize;
        bool const has_frames = world_.free_frames() >= pages;
        unsigned long expected = predict(size);
        if (expected == 0 && waiting_pages_ > 0) {
            purge();
            expected = predict(size);
        }
        vm_request wanted = world_.request(pages * kPageSize);
        wanted.end = world_.start + window_;
        auto const area = vmalloc_range(world_.v, wanted);
        REQUIRE(static_cast<bool>(area) == (expected != 0 && has_frames));
        if (expected != 0 && !has_frames) { // its addresses were taken for a moment
            taken_[expected] = {0, expected + size, false};
            wait(expected);
        }
        if (!area) {
            failures++;
            return;
        }
        auto const address = reinterpret_cast<unsigned long>(area.value());
        REQUIRE(address == expected);
        REQUIRE_FALSE(world_.is_stale(address, size));
        world_.touch(address, size);
        taken_[address] = in_use_[address] = {pages, address + size, false};
    }

    void wait(unsigned long start)
    {
        Area& area = taken_.at(start);
        area.is_waiting = true;
        waiting_pages_ += (area.end - start) / kPageSize;
        if (waiting_pages_ > world_.v.space.lazy_max_pages)
            purge();
    }

    void release()
    {
        auto const chosen =
            std::next(in_use_.begin(), static_cast<long>(random_() % in_use_.size()));
        REQUIRE(vfree(world_.v, reinterpret_cast<void*>(chosen->first)));
        wait(chosen->first);
        in_use_.erase(chosen);
    }

    size_t const frames_;
    unsigned long const window_;
    VmallocWorld world_;
    std::mt19937 random_;
    std::map<unsigned long, Area> in_use_;
    std::map<unsigned long, Area> taken_; // in use or waiting
    unsigned long waiting_pages_ = 0;
    bool grows_ = true;
};

class KmapWalk {
  public:
    explicit KmapWalk(unsigned seed) : random_(seed) {}

    void step()
    {
        if (random_() % 4096 == 0)
            grows_ = !grows_;
        unsigned const frame = static_cast<unsigned>(random_() % kPages);
        page& p = world_.high(frame);
        switch (random_() % 8) {
        case 0:
            map_local(p);
            break;
        case 1:
            unmap_local();
            break;
        case 2:
        case 3:
        case 4:
            grows_ ? map(frame) : unmap(frame);
            break;
        default:
            random_() % 2 == 0 ? map(frame) : unmap(frame);
        }
    }

    void check()
    {
        char const* const damage = check_highmem(world_.hm);
        REQUIRE_MESSAGE(damage == nullptr, damage);
    }

    // Every mapping shows its page.
    void look_at_all()
    {
        for (auto const& [frame, users] : users_)
            REQUIRE(world_.look(page_address(world_.hm, world_.high(frame))) == pfn(frame));
    }

    unsigned long failures = 0;
    unsigned long flushes() const { return world_.hm.nr_flushes; }

  private:
    static constexpr unsigned kPages = 700; // more than there are slots
    static uint64_t pfn(unsigned frame) { return HighmemWorld::kFrames / 2 + frame; }

    void map(unsigned frame)
    {
        void* const address = kmap(world_.hm, world_.high(frame));
        REQUIRE((address != nullptr) == (users_.contains(frame) || users_.size() < LAST_PKMAP));
        if (address == nullptr) {
            failures++;
            return;
        }
        REQUIRE(world_.look(address) == pfn(frame));
        users_[frame]++;
    }

    void unmap(unsigned frame)
    {
        REQUIRE(static_cast<bool>(kunmap(world_.hm, world_.high(frame))) == users_.contains(frame));
        if (users_.contains(frame) && --users_[frame] == 0)
            users_.erase(frame);
    }

    void map_local(page& p)
    {
        void* const address = kmap_local_page(world_.hm, p);
        REQUIRE((address != nullptr) == (local_.size() < KM_MAX_IDX));
        if (address == nullptr)
            return;
        REQUIRE(world_.look(address) == page_to_pfn(*world_.hm.env.pgdat, p).value);
        local_.push_back(address);
    }

    void unmap_local()
    {
        if (local_.size() > 1)
            REQUIRE_FALSE(kunmap_local(world_.hm, local_[local_.size() - 2]));
        if (local_.empty())
            return;
        REQUIRE(kunmap_local(world_.hm, local_.back()));
        local_.pop_back();
    }

    HighmemWorld world_;
    std::mt19937 random_;
    std::map<unsigned, unsigned> users_;
    std::vector<void*> local_;
    bool grows_ = true;
};

} // namespace

TEST_CASE("a million random steps of vmalloc and vfree, everything checked after each")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    VmallocWalk walk(kMostLevels, seed, 64);
    for (unsigned long i = 0; i < 1'000'000; i++) {
        walk.step();
        walk.check();
    }
    CHECK(walk.failures > 0);
    CHECK(walk.purges() > 10);
}

TEST_CASE("a hundred thousand steps of vmalloc in 16 MiB, with tables of either kind")
{
    for (unsigned levels = 3; levels <= kMostLevels; levels++) {
        unsigned const seed = chosen_seed();
        INFO("PAGELAB_SEED=", seed);
        VmallocWalk walk(levels, seed, 4096);
        for (unsigned long i = 0; i < 100'000; i++) {
            walk.step();
            if (i % 1'000 == 0)
                walk.check();
        }
        walk.check();
        CHECK(walk.failures > 0);
        CHECK(walk.purges() > 10);
    }
}

TEST_CASE("a million random steps of kmap and kmap_local, everything checked after each")
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    auto const walk = std::make_unique<KmapWalk>(seed);
    for (unsigned long i = 0; i < 1'000'000; i++) {
        walk->step();
        walk->check();
        if (i % 1'000 == 0)
            walk->look_at_all();
    }
    walk->look_at_all();
    CHECK(walk->failures > 0);
    CHECK(walk->flushes() > 10);
}

} // namespace pagelab::mm
