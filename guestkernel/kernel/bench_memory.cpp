// Loops of the memory manager: take and give back, once in a round.
#include "guestkernel/kernel/bench.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

template<unsigned kOrder>
[[gnu::aligned(kLoopAlignment)]] void churn_pages(uint64_t rounds)
{
    mm::pglist_data& pgdat = node();
    for (uint64_t round = 0; round < rounds; round++) {
        mm::page* const first = mm::alloc_pages(pgdat, mm::GFP_KERNEL, kOrder);
        if (first == nullptr || !mm::__free_pages(pgdat, *first, kOrder))
            panic("bench: order %u", kOrder);
    }
}

// Leaves `count` single free pages whose buddies are taken: they are chained and never given back.
lib::Result<> scatter_free_pages(uint64_t count)
{
    mm::pglist_data& pgdat = node();
    mm::page* given_back = nullptr; // chained by private_
    for (uint64_t i = 0; i < count; i++) {
        mm::page* const pair = mm::alloc_pages(pgdat, mm::GFP_KERNEL, 1);
        if (pair == nullptr)
            return lib::Error{"bench_load=: out of memory"};
        pair[1].private_ = reinterpret_cast<uintptr_t>(given_back);
        given_back = pair;
    }
    while (given_back != nullptr) {
        mm::page* const pair = given_back;
        given_back = reinterpret_cast<mm::page*>(pair[1].private_);
        pair[1].private_ = 0;
        TRY(mm::__free_pages(pgdat, pair[0], 0));
    }
    return {};
}

constexpr unsigned kObjectSize = 64;

[[gnu::aligned(kLoopAlignment)]] void churn_kmalloc(uint64_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++) {
        void* const object = kmalloc(kObjectSize, mm::GFP_KERNEL);
        if (object == nullptr)
            panic("bench: kmalloc");
        kfree(object);
    }
}

mm::kmem_cache* create_cache(uint64_t number)
{
    char name[32];
    lib::snprintf(name, sizeof(name), "bench-%u", static_cast<unsigned>(number));
    // A constructor keeps it from being merged with another.
    return kmem_cache_create(name, kObjectSize, 0, 0, [](void*) {});
}

[[gnu::aligned(kLoopAlignment)]] void churn_cache(uint64_t rounds)
{
    mm::kmem_cache* const cache = create_cache(0);
    for (uint64_t round = 0; round < rounds; round++) {
        void* const object = kmem_cache_alloc(cache, mm::GFP_KERNEL);
        if (object == nullptr)
            panic("bench: kmem_cache_alloc");
        kmem_cache_free(cache, object);
    }
}

lib::Result<> create_caches(uint64_t count)
{
    for (uint64_t i = 1; i <= count; i++) {
        mm::kmem_cache* const cache = create_cache(i);
        if (cache == nullptr || kmem_cache_alloc(cache, mm::GFP_KERNEL) == nullptr)
            return lib::Error{"bench_load=: no more caches"};
    }
    return {};
}

[[gnu::aligned(kLoopAlignment)]] void churn_vmalloc(uint64_t rounds)
{
    constexpr unsigned long kSize = 64 * 1024;
    for (uint64_t round = 0; round < rounds; round++) {
        void* const area = vmalloc(kSize);
        if (area == nullptr)
            panic("bench: vmalloc");
        vfree(area);
    }
}

// `count` areas of one page, never given back.
lib::Result<> fill_vmalloc(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (vmalloc(kPageSize) == nullptr)
            return lib::Error{"bench_load=: no more areas"};
    }
    return {};
}

// Of a high page, where there is one.
[[gnu::aligned(kLoopAlignment)]] void churn_kmap(uint64_t rounds)
{
    mm::page* const p = mm::alloc_pages(node(), mm::GFP_HIGHUSER, 0);
    if (p == nullptr)
        panic("bench: out of memory");
    for (uint64_t round = 0; round < rounds; round++) {
        if (kmap(*p) == nullptr)
            panic("bench: kmap");
        kunmap(*p);
    }
}

} // namespace

constinit bench const kMemoryBenches[] = {
    {"page0", churn_pages<0>, scatter_free_pages},
    {"page3", churn_pages<3>, scatter_free_pages},
    {"page4", churn_pages<4>, scatter_free_pages},
    {"kmalloc", churn_kmalloc, create_caches},
    {"kmem_cache", churn_cache, create_caches},
    {"vmalloc", churn_vmalloc, fill_vmalloc},
    {"kmap", churn_kmap},
};
constinit unsigned const nr_memory_benches = sizeof(kMemoryBenches) / sizeof(kMemoryBenches[0]);

} // namespace pagelab::kernel
