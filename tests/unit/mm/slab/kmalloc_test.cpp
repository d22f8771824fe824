// kmalloc: which cache serves a size, large blocks, the operations built on it, refusals.
#include <doctest/doctest.h>

#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

std::string cache_of(TestCaches& t, size_t size, gfp_t gfp = GFP_KERNEL)
{
    void* const object = kmalloc(t.caches, size, gfp);
    slab* const sl = virt_to_slab(t.caches.env, object);
    std::string const name = sl != nullptr ? sl->slab_cache->name : "pages";
    kfree(t.caches, object);
    return name;
}

long slab_pages(TestCaches const& t)
{
    return t.node.pgdat.vm_stat[NR_SLAB_UNRECLAIMABLE_B];
}

} // namespace

TEST_CASE("each size has its cache")
{
    TestCaches t;
    t.start();
    CHECK(cache_of(t, 1) == "kmalloc-8");
    CHECK(cache_of(t, 8) == "kmalloc-8");
    CHECK(cache_of(t, 9) == "kmalloc-16");
    CHECK(cache_of(t, 33) == "kmalloc-64");
    CHECK(cache_of(t, 65) == "kmalloc-96");
    CHECK(cache_of(t, 97) == "kmalloc-128");
    CHECK(cache_of(t, 129) == "kmalloc-192");
    CHECK(cache_of(t, 193) == "kmalloc-256");
    CHECK(cache_of(t, 257) == "kmalloc-512");
    CHECK(cache_of(t, 1024) == "kmalloc-1k");
    CHECK(cache_of(t, 8192) == "kmalloc-8k");
    CHECK(cache_of(t, 8193) == "pages");
    CHECK(cache_of(t, 64, GFP_KERNEL | __GFP_RECLAIMABLE) == "kmalloc-rcl-64");
    CHECK(cache_of(t, 64, GFP_KERNEL | __GFP_DMA) == "dma-kmalloc-64");
}

TEST_CASE("every size up to 4 MiB is served, aligned and usable in full")
{
    TestCaches t;
    t.start();
    for (size_t size = 1; size <= KMALLOC_MAX_SIZE; size *= 2) {
        for (size_t bytes : {size - size / 4, size, size + size / 2}) {
            void* const object = kmalloc(t.caches, bytes, GFP_KERNEL);
            REQUIRE((object != nullptr) == (bytes <= KMALLOC_MAX_SIZE));
            if (object == nullptr)
                continue;
            CHECK(reinterpret_cast<uintptr_t>(object) % ARCH_KMALLOC_MINALIGN == 0);
            if (bytes == size)
                CHECK(reinterpret_cast<uintptr_t>(object) % size == 0);
            CHECK(ksize(t.caches, object) >= bytes);
            std::memset(object, 0x33, ksize(t.caches, object));
            kfree(t.caches, object);
        }
    }
    CHECK(t.damage() == "none");
    CHECK(t.take_log().empty());
}

TEST_CASE("powers of two are aligned with debugging, too")
{
    TestCaches t(slub_operations, "FZPU");
    t.start();
    for (size_t size = 8; size <= KMALLOC_MAX_CACHE_SIZE; size *= 2)
        CHECK(reinterpret_cast<uintptr_t>(kmalloc(t.caches, size, GFP_KERNEL)) % size == 0);
}

TEST_CASE("0 bytes and null are special")
{
    TestCaches t;
    t.start();
    CHECK(kmalloc(t.caches, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
    CHECK(ksize(t.caches, ZERO_SIZE_PTR) == 0);
    CHECK(ksize(t.caches, nullptr) == 0);
    kfree(t.caches, ZERO_SIZE_PTR);
    kfree(t.caches, nullptr);
    CHECK(t.take_log().empty());
}

TEST_CASE("8 MiB, high memory and sizes that overflow are refused")
{
    TestCaches t;
    t.start();
    CHECK(kmalloc(t.caches, 8 << 20, GFP_KERNEL) == nullptr);
    CHECK(kmalloc(t.caches, ~size_t{0}, GFP_KERNEL) == nullptr);
    t.take_log();
    CHECK(kmalloc(t.caches, 64, GFP_KERNEL | __GFP_HIGHMEM) == nullptr);
    CHECK(t.take_log() ==
          "Unexpected gfp: 0x2 (__GFP_HIGHMEM). Fixing up to gfp: 0xcc0 (GFP_KERNEL). "
          "Fix your code!\n(stack)\n");
    CHECK(kmalloc_array(t.caches, size_t{1} << 40, size_t{1} << 40, GFP_KERNEL) == nullptr);
    CHECK(kmalloc_array(t.caches, ~size_t{0} / 8 + 1, 8, GFP_KERNEL) == nullptr);
    CHECK(kmalloc_array(t.caches, 3, 8, GFP_KERNEL) != nullptr);
}

TEST_CASE("large blocks are counted, sized and freed by their pages")
{
    TestCaches t;
    t.start();
    long const before = slab_pages(t);
    void* const block = kmalloc(t.caches, 20000, GFP_KERNEL);
    CHECK(ksize(t.caches, block) == 32768);
    CHECK(slab_pages(t) == before + 8);
    kfree(t.caches, static_cast<char*>(block) + kPageSize); // no block begins there
    CHECK(t.take_log().find("WARNING: object pointer: 0x") == 0);
    kfree(t.caches, block);
    CHECK(slab_pages(t) == before);
    CHECK(t.take_log().empty());
    kfree(t.caches, block); // twice
    CHECK_FALSE(t.take_log().empty());
    CHECK(slab_pages(t) == before);
}

TEST_CASE("krealloc keeps the bytes and moves only if it must")
{
    TestCaches t;
    t.start();
    auto* p = static_cast<char*>(krealloc(t.caches, nullptr, 10, GFP_KERNEL));
    std::memcpy(p, "123456789", 10);
    CHECK(krealloc(t.caches, p, 16, GFP_KERNEL) == p);
    auto* const q = static_cast<char*>(krealloc(t.caches, p, 17, GFP_KERNEL));
    CHECK(q != p);
    CHECK(std::string(q) == "123456789");
    CHECK(krealloc(t.caches, q, 4, GFP_KERNEL) == q);
    world.fail_to = ~0ul;
    CHECK(krealloc(t.caches, q, 100'000, GFP_KERNEL) == nullptr);
    CHECK(std::string(q) == "123456789");
    CHECK(krealloc(t.caches, q, 0, GFP_KERNEL) == ZERO_SIZE_PTR);
}

TEST_CASE("kvmalloc tries pages only gently, and not at all above 2 GiB")
{
    CHECK(kvmalloc_gfp(100, GFP_KERNEL) == GFP_KERNEL);
    CHECK(kvmalloc_gfp(8192, GFP_KERNEL | __GFP_NOFAIL) ==
          (GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY));
    CHECK(kvmalloc_gfp(8192, GFP_KERNEL | __GFP_RETRY_MAYFAIL) ==
          (GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL));
    CHECK_FALSE(kvmalloc_may_use_vmalloc(4096));
    CHECK(kvmalloc_may_use_vmalloc(4097));
    CHECK_FALSE(kvmalloc_may_use_vmalloc(size_t{1} << 31));
}

} // namespace pagelab::mm
