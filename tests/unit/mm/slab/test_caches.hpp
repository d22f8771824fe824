// Caches on a node whose memory is an arena on the host's heap, with all that they say recorded.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>

#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/slab/debug_options.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slub.hpp"
#include "guestkernel/mm/pcp.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

// What the environment's functions, which take no context, work on.
struct TestWorld {
    std::string log; // everything printed
    unsigned nr_cpus = 1;
    uint64_t nanoseconds = 0;     // since boot
    unsigned long page_calls = 0; // requests for pages so far
    unsigned long fail_from = 0;  // these requests fail, if the range
    unsigned long fail_to = 0;    // [from, to) is not empty
    unsigned taints = 0;
};
inline TestWorld world;
inline std::mutex slab_mutex;

inline environment const kTestEnvironment = [] {
    environment env = kBareEnvironment;
    env.clock = [] { return world.nanoseconds; };
    env.on_each_cpu = [](void (*function)(void*), void* argument) {
        unsigned const here = lib::cpu_number;
        for (lib::cpu_number = 0; lib::cpu_number < world.nr_cpus; lib::cpu_number++)
            function(argument);
        lib::cpu_number = here;
    };
    env.vprintk = [](log_level, char const* format, va_list arguments) {
        char text[512];
        lib::vsnprintf(text, sizeof(text), format, arguments);
        world.log += text;
    };
    env.dump_stack = [] { world.log += "(stack)\n"; };
    env.panic = [](char const* text) { world.log += std::string("panic: ") + text; };
    return env;
}();

inline page* failing_alloc_pages(pglist_data& pgdat, gfp_t gfp, unsigned order)
{
    unsigned long const call = __atomic_fetch_add(&world.page_calls, 1, __ATOMIC_RELAXED);
    bool const fails = call >= world.fail_from && call < world.fail_to;
    return fails ? nullptr : alloc_pages(pgdat, gfp, order);
}

class TestCaches {
  public:
    // `ram`: bytes, at most kRam.
    explicit TestCaches(slab_operations const& ops = slub_operations, char const* debug = nullptr,
                        unsigned nr_cpus = 1, merging merge = merging::never,
                        zone_layout const& layout = kZoneLayout64, uint64_t ram = kRam)
        : node(layout, pc_map(ram)), words_(1 << 16), pagesets_(size_t{nr_cpus} * MAX_NR_ZONES),
          zonestats_(size_t{nr_cpus} * MAX_NR_ZONES)
    {
        world = {};
        world.nr_cpus = nr_cpus;
        lib::cpu_number = 0;
        node.start();
        node.pgdat.env = &kTestEnvironment;
        node.pgdat.nr_online_cpus = nr_cpus;
        setup_per_cpu_pageset(node.pgdat, pagesets_.data(), zonestats_.data());
        arena_ = static_cast<char*>(std::aligned_alloc(1 << 22, kRam));
        std::memset(arena_, 0xe7, kRam);
        depot_ = {words_.data(), static_cast<unsigned>(words_.size()), 0, {}, {}};
        caches.env = {
            .pgdat = &node.pgdat,
            .page_offset = reinterpret_cast<uintptr_t>(arena_),
            .alloc_pages = failing_alloc_pages,
            .pid = [] { return 77; },
            .save_stack =
                [](uintptr_t caller, uintptr_t* entries, unsigned) {
                    entries[0] = caller;
                    entries[1] = 0x2000;
                    return 2u;
                },
            .sprint_symbol =
                [](char* buffer, size_t size, uintptr_t address) {
                    std::snprintf(buffer, size, "f+0x%lx/0x9999",
                                  static_cast<unsigned long>(address));
                },
            .print_tainted = [] { return world.taints != 0 ? "Tainted: B" : "Not tainted"; },
            .add_taint = [](taint_flag) { world.taints++; },
            .warn = [](char const* text) { world.log += std::string("WARNING: ") + text; },
            .mutex_lock = [] { slab_mutex.lock(); },
            .mutex_unlock = [] { slab_mutex.unlock(); },
            .mem_map = nullptr,
            .nr_pages = 0,
        };
        caches.ops = &ops;
        caches.merge = merge;
        if (debug != nullptr)
            options_ = parse_slub_options(kTestEnvironment, debug);
        caches.debug = debug != nullptr ? &options_ : nullptr;
        caches.stacks = &depot_;
    }
    ~TestCaches() { std::free(arena_); }
    TestCaches(TestCaches const&) = delete;
    TestCaches& operator=(TestCaches const&) = delete;

    void start()
    {
        expect(kmem_cache_init(caches));
        world.log.clear();
    }

    // What was printed since the last call.
    std::string take_log()
    {
        std::string text;
        text.swap(world.log);
        return text;
    }

    // The first broken invariant, in words, or "none".
    std::string damage() const
    {
        slab_damage const found = check_caches(caches);
        return found ? found.what : "none";
    }

    // With none left on the lists of the CPUs.
    unsigned long free_pages()
    {
        drain_all_pages(node.pgdat);
        return nr_free_pages(node.pgdat);
    }

    static constexpr uint64_t kRam = 32ull << 20;

    TestNode node;
    slab_caches caches = {};

  private:
    std::vector<uintptr_t> words_;
    std::vector<per_cpu_pages> pagesets_;
    std::vector<per_cpu_zonestat> zonestats_;
    stack_depot depot_ = {};
    slub_options options_;
    char* arena_ = nullptr;
};

} // namespace pagelab::mm
