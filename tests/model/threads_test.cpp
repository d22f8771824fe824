// Real threads play CPUs: each allocates, fills, hands over and frees, with all the others.
//
// Objects and pages carry a pattern of their own until they are freed; half of them are freed by
// another CPU than took them. At the end nothing may be damaged, and every page must be back.
//
// To repeat a failure: PAGELAB_SEED=<seed> tests/bin/model_threads (as far as threads repeat)
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "tests/model/seed.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kCpus = 4;
#ifdef PAGELAB_FEW_STEPS
constexpr unsigned kSteps = 20'000;
#else
constexpr unsigned kSteps = 200'000;
#endif
constexpr size_t kMost = 300; // objects of a CPU

struct Held {
    unsigned char* bytes;
    size_t size;
    unsigned order; // of pages; kNoPages: an object
    unsigned char pattern;
};
constexpr unsigned kNoPages = 99;

class Market { // where CPUs leave what others shall free
  public:
    void leave(Held const& held)
    {
        std::lock_guard const lock(mutex_);
        held_.push_back(held);
    }
    bool take(Held& held)
    {
        std::lock_guard const lock(mutex_);
        if (held_.empty())
            return false;
        held = held_.back();
        held_.pop_back();
        return true;
    }

  private:
    std::mutex mutex_;
    std::vector<Held> held_;
};

class Cpu {
  public:
    Cpu(TestCaches& t, Market& market, unsigned number, unsigned seed)
        : t_(t), market_(market), number_(number), random_(seed)
    {
    }

    void run()
    {
        lib::cpu_number = number_;
        for (unsigned i = 0; i < kSteps; i++) {
            Held held;
            unsigned const what = random_() % 16;
            if (what < 8 && held_.size() < kMost)
                what < 2 ? take_pages() : take_object();
            else if (what < 10 && market_.take(held))
                free(held);
            else if (!held_.empty())
                give_up(what % 2 == 0);
        }
        while (!held_.empty())
            give_up(false);
        CHECK(lib::preempt_count() == 0);
        CHECK_FALSE(lib::irqs_disabled());
    }

    void free(Held const& held)
    {
        for (size_t i = 0; i < held.size; i += 13)
            damaged_ += held.bytes[i] != held.pattern ? 1 : 0;
        if (held.order == kNoPages) {
            kfree(t_.caches, held.bytes);
            return;
        }
        page& first = *direct_map_page(t_.caches.env, held.bytes);
        damaged_ += __free_pages(t_.node.pgdat, first, held.order) ? 0 : 1;
    }

    unsigned long damaged() const { return damaged_; }

  private:
    void keep(void* memory, size_t size, unsigned order)
    {
        if (memory == nullptr)
            return;
        Held const held = {static_cast<unsigned char*>(memory), size, order,
                           static_cast<unsigned char>(random_())};
        std::memset(held.bytes, held.pattern, size);
        held_.push_back(held);
    }

    void take_object()
    {
        size_t const size = 1 + random_() % (random_() % 8 == 0 ? 5000 : 300);
        keep(kmalloc(t_.caches, size, GFP_NOWAIT | __GFP_NOWARN), size, kNoPages);
    }

    void take_pages()
    {
        unsigned const order = random_() % 5;
        page* const first = alloc_pages(t_.node.pgdat, GFP_NOWAIT | __GFP_NOWARN, order);
        if (first != nullptr)
            keep(direct_map_address(t_.caches.env, *first), kPageSize << order, order);
    }

    void give_up(bool to_others)
    {
        size_t const i = random_() % held_.size();
        Held const held = held_[i];
        held_[i] = held_.back();
        held_.pop_back();
        if (to_others)
            market_.leave(held);
        else
            free(held);
    }

    TestCaches& t_;
    Market& market_;
    unsigned number_;
    std::minstd_rand random_;
    std::vector<Held> held_;
    unsigned long damaged_ = 0;
};

void hammer(slab_operations const& ops)
{
    unsigned const seed = chosen_seed();
    INFO("PAGELAB_SEED=", seed);
    TestCaches t(ops, nullptr, kCpus);
    t.start();
    for (unsigned round = 0; round < 3; round++) {
        Market market;
        std::vector<Cpu> cpus;
        for (unsigned i = 0; i < kCpus; i++)
            cpus.emplace_back(t, market, i, seed + round * kCpus + i);
        std::vector<std::thread> threads;
        for (Cpu& cpu : cpus)
            threads.emplace_back([&cpu] { cpu.run(); });
        for (std::thread& thread : threads)
            thread.join();
        for (Held held; market.take(held);)
            cpus[0].free(held);
        for (Cpu const& cpu : cpus)
            CHECK(cpu.damaged() == 0);
        REQUIRE(t.damage() == "none");
        damage const pages = check(t.node.pgdat);
        INFO("page damage: ", pages ? pages.what : "none");
        REQUIRE_FALSE(pages);
    }
    for (list_head* link = t.caches.list.next; link != &t.caches.list; link = link->next)
        kmem_cache_shrink(*CONTAINER_OF(link, kmem_cache, list));
    REQUIRE(t.damage() == "none");
    t.free_pages();
    REQUIRE_FALSE(check(t.node.pgdat));
    CHECK(t.node.pgdat.vm_stat[NR_SLAB_UNRECLAIMABLE_B] < 300); // descriptors, nodes, arrays
    CHECK(t.take_log() == "");
}

} // namespace

TEST_CASE("SLUB and the page allocator on several CPUs")
{
    hammer(slub_operations);
}

TEST_CASE("SLAB and the page allocator on several CPUs")
{
    hammer(slab_array_operations);
}

TEST_CASE("SLOB and the page allocator on several CPUs")
{
    hammer(slob_operations);
}

} // namespace pagelab::mm
