// A node whose pages have bytes, with an environment that keeps the log: for all that allocates.
//
// One at a time exists, since the environment's functions have no context. Any thread may call.
#pragma once

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/mm/pcp.hpp"
#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

class MemoryWorld {
  public:
    MemoryWorld(zone_layout const& layout, std::vector<E820Entry> const& map,
                std::array<unsigned long, 2> ends = {}, unsigned nr_cpus = 1)
        : node(layout, map, 0, ends), pagesets_(size_t{nr_cpus} * MAX_NR_ZONES),
          stats_(size_t{nr_cpus} * MAX_NR_ZONES)
    {
        current() = this;
        node.pgdat.env = &kEnvironment;
        node.start();
        node.pgdat.nr_online_cpus = nr_cpus;
        setup_per_cpu_pageset(node.pgdat, pagesets_.data(), stats_.data());
    }
    ~MemoryWorld() { current() = nullptr; }
    MemoryWorld(MemoryWorld const&) = delete;
    MemoryWorld& operator=(MemoryWorld const&) = delete;

    pglist_data& pgdat() { return node.pgdat; }

    // The page's 4096 bytes; made, full of 0xa5, when first asked for.
    unsigned char* bytes(page const& p)
    {
        std::lock_guard const lock(mutex_);
        auto& page_bytes = bytes_[&p];
        if (page_bytes == nullptr) {
            page_bytes.reset(static_cast<unsigned char*>(std::aligned_alloc(4096, 4096)));
            std::memset(page_bytes.get(), 0xa5, 4096);
        }
        return page_bytes.get();
    }

    TestNode node;
    std::string log;
    std::string panicked;
    uint64_t now = 0; // nanoseconds
    std::atomic<unsigned> mapped = 0;

  private:
    struct Free {
        void operator()(unsigned char* p) const { std::free(p); }
    };

    static MemoryWorld*& current()
    {
        static MemoryWorld* world = nullptr;
        return world;
    }

    static void* page_address(page const& p)
    {
        MemoryWorld& world = *current();
        bool const is_high = is_highmem_idx(world.pgdat(), page_zonenum(p));
        return is_high ? nullptr : world.bytes(p);
    }

    static page* virt_to_page(void const* address)
    {
        std::lock_guard const lock(current()->mutex_);
        for (auto const& [p, bytes] : current()->bytes_) {
            if (bytes.get() == address)
                return const_cast<page*>(p);
        }
        return nullptr;
    }

    static void vprintk(log_level, char const* format, va_list arguments)
    {
        char text[1024];
        CHECK(std::vsnprintf(text, sizeof(text), format, arguments) < 1024);
        std::lock_guard const lock(current()->mutex_);
        current()->log += text;
    }

    static constexpr environment kEnvironment = {
        .clock = [] { return current()->now; },
        .on_each_cpu = kBareEnvironment.on_each_cpu,
        .page_address = page_address,
        .virt_to_page = virt_to_page,
        .kmap_local_page = [](page& p) -> void* {
            current()->mapped++;
            return current()->bytes(p);
        },
        .kunmap_local = [](void const*) { current()->mapped--; },
        .vprintk = vprintk,
        .dump_stack = [] { current()->log += "Call Trace:\n"; },
        .task_name = [] { return "test"; },
        .task_flags = []() -> unsigned& {
            thread_local unsigned flags;
            return flags;
        },
        .wake_kswapd = nullptr,
        .panic = [](char const* why) { current()->panicked = why; },
    };

    std::mutex mutex_;
    std::vector<per_cpu_pages> pagesets_;
    std::vector<per_cpu_zonestat> stats_;
    std::map<page const*, std::unique_ptr<unsigned char, Free>> bytes_;
};

} // namespace pagelab::mm
