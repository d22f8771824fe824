// What the slab layer asks of the world around it, beyond what its node's environment offers.
//
// The owner fills one (all functions, none null) and it outlives the caches. All pages a cache
// takes come from alloc_pages here, so that a test can make any of them fail.
#pragma once

#include "guestkernel/lib/bug.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

// Linux' numbers: P, B, D, W, O.
enum taint_flag : unsigned {
    TAINT_PROPRIETARY_MODULE = 0,
    TAINT_BAD_PAGE = 5,
    TAINT_DIE = 7,
    TAINT_WARN = 9,
    TAINT_OOT_MODULE = 12,
};

inline constexpr unsigned kMaxSlabCpus = 16;
inline constexpr unsigned HZ = 250;

struct slab_env {
    pglist_data* pgdat;
    uintptr_t page_offset; // virtual address of physical address 0 in the direct map
    page* (*alloc_pages)(pglist_data& pgdat, gfp_t gfp, unsigned order);
    int (*pid)(); // of whoever runs

    // Return addresses, innermost first, from `caller` on; returns how many were stored.
    unsigned (*save_stack)(uintptr_t caller, uintptr_t* entries, unsigned max);
    // "name+0x12/0x40", as %pS prints an address.
    void (*sprint_symbol)(char* buffer, size_t size, uintptr_t address);

    char const* (*print_tainted)(); // "Not tainted", or "Tainted: " and letters
    void (*add_taint)(taint_flag flag);
    void (*warn)(char const* message); // for WARN_BY

    // Linux' slab_mutex, whose holder may sleep: caches come, go and are listed under it.
    void (*mutex_lock)();
    void (*mutex_unlock)();

    // Set by kmem_cache_init: the page of physical address 0, and how many there are from it on.
    page* mem_map;
    unsigned long nr_pages;
};

inline void slab_dump_stack(slab_env const& env)
{
    if (env.pgdat->env->dump_stack != nullptr)
        env.pgdat->env->dump_stack();
}

inline uint64_t slab_jiffies(slab_env const& env)
{
    return env.pgdat->env->clock() / (1'000'000'000 / HZ);
}

// The page an address lies in; null for addresses outside the direct map.
inline page* direct_map_page(slab_env const& env, void const* address)
{
    uintptr_t const pfn = (reinterpret_cast<uintptr_t>(address) - env.page_offset) / kPageSize;
    return pfn < env.nr_pages ? env.mem_map + pfn : nullptr;
}

// Where the page, which is not high memory, is mapped.
inline char* direct_map_address(slab_env const& env, page const& p)
{
    auto const pfn = static_cast<uintptr_t>(&p - env.mem_map);
    return reinterpret_cast<char*>(env.page_offset + pfn * kPageSize);
}

} // namespace pagelab::mm
