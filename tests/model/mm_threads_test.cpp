// Real threads play CPUs in vmalloc, per-CPU memory, kmap and the page cache.
//
// What one has taken is its own until it gives it back; at the end everything is sound and free.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_threads (as far as threads repeat)
#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/vmscan.hpp"
#include "tests/model/seed.hpp"
#include "tests/unit/mm/highmem_world.hpp"
#include "tests/unit/mm/memory_world.hpp"
#include "tests/unit/mm/percpu_world.hpp"
#include "tests/unit/mm/vmalloc_world.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kCpus = 4;
#ifdef PAGELAB_FEW_STEPS
constexpr unsigned kSteps = 5'000;
#else
constexpr unsigned kSteps = 20'000;
#endif

// body(random, cpu) on each CPU at once; the number of complaints it returns is 0.
template<class Body>
void on_all_cpus(Body const& body)
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    unsigned long complaints[kCpus] = {};
    std::vector<std::thread> threads;
    for (unsigned cpu = 0; cpu < kCpus; cpu++) {
        threads.emplace_back([&, cpu] {
            lib::cpu_number = cpu;
            std::minstd_rand random(seed + cpu);
            complaints[cpu] = body(random, cpu);
            complaints[cpu] += lib::preempt_count() != 0 || lib::irqs_disabled() ? 1 : 0;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (unsigned long const count : complaints)
        CHECK(count == 0);
}

template<class T>
T take_any(std::vector<T>& held, std::minstd_rand& random)
{
    size_t const i = random() % held.size();
    T const taken = held[i];
    held[i] = held.back();
    held.pop_back();
    return taken;
}

struct Area {
    unsigned long start;
    unsigned pages;
};

// Whether each page behind the area carries this stamp.
bool has_stamp(VmallocWorld const& world, Area const& area, unsigned long stamp)
{
    for (unsigned i = 0; i < area.pages; i++) {
        auto const at = reinterpret_cast<void*>(area.start + i * kPageSize);
        page const* const p = vmalloc_to_page(world.v, at);
        if (p == nullptr || p->private_ != stamp)
            return false;
    }
    return true;
}

unsigned long allocate_areas(VmallocWorld& world, std::minstd_rand& random, unsigned cpu)
{
    unsigned long complaints = 0;
    std::vector<Area> held;
    for (unsigned step = 0; step < kSteps; step++) {
        bool const takes = held.size() < 40 && random() % 2 == 0;
        if (takes) {
            unsigned const pages = 1 + static_cast<unsigned>(random() % 8);
            auto const start = vmalloc_range(world.v, world.request(pages * kPageSize));
            if (!start)
                continue;
            Area const area = {reinterpret_cast<unsigned long>(start.value()), pages};
            complaints += world.is_stale(area.start, pages * kPageSize) ? 1 : 0;
            world.touch(area.start, pages * kPageSize);
            complaints += has_stamp(world, area, 0) ? 0 : 1;
            for (unsigned i = 0; i < pages; i++)
                vmalloc_to_page(world.v, reinterpret_cast<void*>(area.start + i * kPageSize))
                    ->private_ = cpu + 1;
            held.push_back(area);
        } else if (!held.empty()) {
            Area const area = take_any(held, random);
            complaints += has_stamp(world, area, cpu + 1) ? 0 : 1;
            for (unsigned i = 0; i < area.pages; i++)
                vmalloc_to_page(world.v, reinterpret_cast<void*>(area.start + i * kPageSize))
                    ->private_ = 0;
            complaints += vfree(world.v, reinterpret_cast<void*>(area.start)) ? 0 : 1;
        }
    }
    for (Area const& area : held) {
        for (unsigned i = 0; i < area.pages; i++)
            vmalloc_to_page(world.v, reinterpret_cast<void*>(area.start + i * kPageSize))
                ->private_ = 0;
        complaints += vfree(world.v, reinterpret_cast<void*>(area.start)) ? 0 : 1;
    }
    return complaints;
}

struct Object {
    uintptr_t pointer;
    unsigned size;
    unsigned char mark;
};

unsigned long allocate_percpu(PercpuWorld& world, std::minstd_rand& random)
{
    unsigned long complaints = 0;
    std::vector<Object> held;
    auto const give_back = [&](Object const& o) {
        for (unsigned unit = 0; unit < PercpuWorld::kUnits; unit++) {
            unsigned char const* const bytes = world.at(o.pointer, unit);
            for (unsigned i = 0; i < o.size; i++)
                complaints += bytes[i] != static_cast<unsigned char>(o.mark + unit) ? 1 : 0;
        }
        complaints += pcpu_free(world.p, o.pointer) ? 0 : 1;
    };
    for (unsigned step = 0; step < kSteps; step++) {
        if (held.size() < 300 && random() % 2 == 0) {
            unsigned const size = 1 + static_cast<unsigned>(random() % 500);
            auto const pointer = pcpu_alloc(world.p, size, 8);
            complaints += pointer ? 0 : 1;
            if (!pointer)
                continue;
            Object const o = {pointer.value(), size, static_cast<unsigned char>(random())};
            for (unsigned unit = 0; unit < PercpuWorld::kUnits; unit++)
                std::memset(world.at(o.pointer, unit), o.mark + static_cast<int>(unit), size);
            held.push_back(o);
        } else if (!held.empty()) {
            give_back(take_any(held, random));
        }
    }
    for (Object const& o : held)
        give_back(o);
    return complaints;
}

unsigned long map_pages_of(HighmemWorld& world, std::minstd_rand& random)
{
    constexpr unsigned kPages = 700; // more than there are slots
    constexpr size_t kMost = LAST_PKMAP / kCpus - 1;
    unsigned long complaints = 0;
    std::vector<page*> held;
    auto const shows = [&](void const* address, page const& p) {
        return address != nullptr &&
               world.look(address) == page_to_pfn(*world.hm.env.pgdat, p).value;
    };
    for (unsigned step = 0; step < 5 * kSteps; step++) {
        bool const is_shared = random() % 2 == 0;
        page& p = world.high(static_cast<unsigned>(random() % (is_shared ? 2 : kPages)));
        if (random() % 4 == 0) {
            void* const local = kmap_local_page(world.hm, p);
            complaints += shows(local, p) ? 0 : 1;
            complaints += kunmap_local(world.hm, local) ? 0 : 1;
        } else if (held.size() < kMost && random() % 2 == 0) {
            complaints += shows(kmap(world.hm, p), p) ? 0 : 1;
            held.push_back(&p);
        } else if (!held.empty()) {
            page& own = *take_any(held, random);
            complaints += shows(page_address(world.hm, own), own) ? 0 : 1;
            complaints += kunmap(world.hm, own) ? 0 : 1;
        }
    }
    for (page* const p : held)
        complaints += kunmap(world.hm, *p) ? 0 : 1;
    return complaints;
}

constexpr address_space_operations kOps = {[](address_space&, page&) { return Result<>{}; }};

struct Files {
    address_space all[2];
};

// The caller's page, or null.
page* cached_page(pglist_data& pgdat, address_space& file, unsigned long index)
{
    if (page* const found = find_get_page(file, index))
        return found;
    page* const p = alloc_pages(pgdat, GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 0);
    if (p == nullptr || add_to_page_cache_lru(file, *p, index, GFP_KERNEL | __GFP_NOWARN))
        return p;
    static_cast<void>(put_page(pgdat, *p));
    return nullptr;
}

unsigned long use_files(MemoryWorld& world, Files& files, std::minstd_rand& random)
{
    pglist_data& pgdat = world.pgdat();
    unsigned long complaints = 0;
    for (unsigned step = 0; step < kSteps; step++) {
        address_space& file = files.all[random() % std::size(files.all)];
        unsigned long const index = random() % 8192;
        unsigned const what = random() % 64;
        if (what == 0)
            invalidate_mapping_pages(file, index, index + 64);
        else if (what == 1)
            try_to_free_pages(pgdat, 0, GFP_KERNEL, pgdat.layout->nr_zones - 1);
        if (page* const p = cached_page(pgdat, file, index)) {
            complaints += p->mapping == &file && p->index == index ? 0 : 1;
            if (what < 8)
                set_page_dirty(*p);
            complaints += put_page(pgdat, *p) ? 0 : 1;
        }
    }
    return complaints;
}

} // namespace

TEST_CASE("vmalloc on several CPUs")
{
    VmallocWorld world(kMostLevels);
    on_all_cpus([&](auto& random, unsigned cpu) { return allocate_areas(world, random, cpu); });
    char const* const damage = check_vmalloc(world.v);
    CHECK(std::string(damage != nullptr ? damage : "none") == "none");
    CHECK(world.v.nr_vmalloc_pages == 0);
    CHECK(world.free_frames() == 4096);
    CHECK(world.v.space.nr_purges > 0);
}

TEST_CASE("per-CPU memory on several CPUs")
{
    PercpuWorld world;
    on_all_cpus([&](auto& random, unsigned) { return allocate_percpu(world, random); });
    char const* const damage = check_percpu(world.p);
    CHECK(std::string(damage != nullptr ? damage : "none") == "none");
    CHECK(world.p.nr_chunks <= 2);
}

TEST_CASE("kmap on several CPUs")
{
    auto const world = std::make_unique<HighmemWorld>();
    on_all_cpus([&](auto& random, unsigned) { return map_pages_of(*world, random); });
    char const* const damage = check_highmem(world->hm);
    CHECK(std::string(damage != nullptr ? damage : "none") == "none");
    CHECK(world->hm.nr_flushes > 0);
    for (int const users : world->hm.pkmap_count)
        CHECK(users <= 1);
}

TEST_CASE("the page cache and reclaim on several CPUs")
{
    MemoryWorld world(kZoneLayout64, pc_map(32ull << 20), {}, kCpus);
    Files files;
    for (address_space& file : files.all)
        address_space_init(file, world.pgdat(), kOps);
    on_all_cpus([&](auto& random, unsigned) { return use_files(world, files, random); });
    pglist_data& pgdat = world.pgdat();
    REQUIRE_FALSE(check(pgdat));
    CHECK(pgdat.vm_stat[NR_FILE_PAGES] ==
          static_cast<long>(files.all[0].nrpages + files.all[1].nrpages));
    CHECK(pgdat.vm_event[PGSTEAL_DIRECT] > 0);
    for (address_space& file : files.all)
        truncate_inode_pages(file);
    drain_all_pages(pgdat);
    REQUIRE_FALSE(check(pgdat));
    CHECK(nr_free_pages(pgdat) == totalram_pages(pgdat));
    CHECK(pgdat.vm_stat[NR_FILE_DIRTY] == 0);
}

} // namespace pagelab::mm
