// SLUB's debugging: what each kind of damage is called, what is repaired, and that life goes on.
#include <doctest/doctest.h>

#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

using bytes = unsigned char*;

constexpr char kBar[] = "====================================================================="
                        "========\n";
constexpr char kLine[] = "---------------------------------------------------------------------"
                         "--------\n\n";

std::string hex(void const* address)
{
    char text[32];
    std::snprintf(text, sizeof(text), "%016lx",
                  static_cast<unsigned long>(reinterpret_cast<uintptr_t>(address)));
    return text;
}

kmem_cache& kmalloc_8(TestCaches& t)
{
    return *kmalloc_slab(t.caches, 8, GFP_KERNEL);
}

bool contains(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

bytes take(TestCaches& t, size_t size)
{
    return static_cast<bytes>(kmalloc(t.caches, size, GFP_KERNEL, 0x28));
}

} // namespace

TEST_CASE("objects bear the patterns of Linux' poison.h")
{
    TestCaches t(slub_operations, "FZPU");
    t.start();
    bytes const p = take(t, 8);
    kmem_cache& s = kmalloc_8(t);
    CHECK(p[-1] == 0xcc);
    CHECK(p[8] == 0xcc);
    CHECK(p[0] == 0x6b); // as it was while it was free
    CHECK(p[7] == 0xa5);
    CHECK(p[s.size - s.red_left_pad - 1] == 0x5a);
    CHECK(s.red_left_pad == 8);
    CHECK(s.offset == 16);
    kfree(t.caches, p);
    CHECK(p[-1] == 0xbb);
    CHECK(p[8] == 0xbb);
    CHECK(t.take_log().empty());
}

TEST_CASE("an overrun is reported byte for byte as SLUB does")
{
    TestCaches t(slub_operations, "FZPU");
    t.start();
    kmem_cache& s = kmalloc_8(t);
    world.nanoseconds = 40'000'000;
    bytes const p = take(t, 8);
    slab& sl = *virt_to_slab(t.caches.env, p);
    std::memcpy(p, "ABCDEFG\x01", 8);
    p[8] = 0x41;
    world.nanoseconds = 100'000'000;
    kfree(t.caches, p, 0x30);

    void* const fp = get_freepointer(s, p);
    auto const offset = p - reinterpret_cast<bytes>(slab_address(t.caches.env, sl));
    char slab_line[160];
    std::snprintf(slab_line, sizeof(slab_line),
                  "Slab 0x%s objects=%u used=1 fp=0x%s flags=0x%lx(slab|node=0|zone=1)\n",
                  hex(&sl).c_str(), slab_objects(sl), hex(sl.freelist).c_str(), sl.__page_flags);
    std::string const expected =
        std::string(kBar) + "BUG kmalloc-8 (Not tainted): Right Redzone overwritten\n" + kLine +
        "0x" + hex(p + 8) + "-0x" + hex(p + 8) + " @offset=" + std::to_string(offset + 8) +
        ". First byte 0x41 instead of 0xcc\n" +
        "Allocated in f+0x28/0x9999 age=15 cpu=0 pid=77\n f+0x28/0x9999\n f+0x2000/0x9999\n" +
        slab_line + "Object 0x" + hex(p) + " @offset=" + std::to_string(offset) + " fp=0x" +
        hex(fp) + "\n\n" + "Redzone  " + hex(p - 8) +
        ": cc cc cc cc cc cc cc cc                          ........\n" + "Object   " + hex(p) +
        ": 41 42 43 44 45 46 47 01                          ABCDEFG.\n" + "Redzone  " + hex(p + 8) +
        ": 41 cc cc cc cc cc cc cc                          A.......\n" + "Padding  " +
        hex(p + 92) + ": 5a 5a 5a 5a";
    std::string const log = t.take_log();
    CHECK(log.substr(0, expected.size()) == expected);
    CHECK(contains(log, "ZZZZ\n"));
    CHECK(contains(log, "(stack)\nFIX kmalloc-8: Restoring Right Redzone 0x" + hex(p + 8) + "-0x" +
                            hex(p + 8) + "=0xcc\nFIX kmalloc-8: Object at 0x" + hex(p) +
                            " not freed\n"));
    CHECK(p[8] == 0xcc);
    CHECK(world.taints == 1);
    kfree(t.caches, p, 0x30); // now it can be
    CHECK(t.take_log().empty());
}

TEST_CASE("each kind of damage has its name")
{
    struct {
        int offset;
        unsigned char value;
        char const* what;
        char const* fix;
    } const kinds[] = {
        {-1, 0, "Left Redzone overwritten", "Restoring Left Redzone"},
        {24, 0, "Right Redzone overwritten", "Restoring Right Redzone"},
        {3, 0, "Poison overwritten", "Restoring Poison"},
        {23, 0x42, "End Poison overwritten", "Restoring End Poison"},
    };
    for (auto const& kind : kinds) {
        INFO(kind.what);
        TestCaches t(slub_operations, "FZP");
        t.start();
        kmem_cache& s = *kmem_cache_create(t.caches, "x", 24, 0, 0, nullptr);
        auto* const p = static_cast<bytes>(kmem_cache_alloc(s, GFP_KERNEL));
        kmem_cache_free(s, p);
        p[kind.offset] = kind.value; // after it was freed
        void* const other = kmem_cache_alloc(s, GFP_KERNEL);
        std::string const log = t.take_log();
        CHECK(contains(log, std::string("BUG x (Not tainted): ") + kind.what + "\n"));
        CHECK(contains(log, std::string("FIX x: ") + kind.fix + " 0x" + hex(p + kind.offset)));
        CHECK(contains(log, "FIX x: Marking all objects used\n"));
        CHECK(other != nullptr); // of another slab
        CHECK(virt_to_slab(t.caches.env, other) != virt_to_slab(t.caches.env, p));
        slab_damage const found = check_caches(t.caches);
        CHECK_FALSE(found);
    }
}

TEST_CASE("a double free is refused")
{
    TestCaches t(slub_operations, "FU");
    t.start();
    bytes const p = take(t, 100);
    kfree(t.caches, p, 0x30);
    kfree(t.caches, p, 0x40);
    std::string const log = t.take_log();
    CHECK(contains(log, "BUG kmalloc-128 (Not tainted): Object already free\n"));
    CHECK(contains(log, "Allocated in f+0x28/0x9999 age=0 cpu=0 pid=77\n"));
    CHECK(contains(log, "Freed in f+0x30/0x9999 age=0 cpu=0 pid=77\n"));
    CHECK(contains(log, "FIX kmalloc-128: Object at 0x" + hex(p) + " not freed\n"));
    CHECK(take(t, 100) == p);
    CHECK(take(t, 100) != p);
}

TEST_CASE("freeing an address inside an object is refused")
{
    TestCaches t(slub_operations, "F");
    t.start();
    bytes const p = take(t, 64);
    kfree(t.caches, p + 8);
    CHECK(contains(t.take_log(), "Invalid object pointer 0x" + hex(p + 8)));
    kfree(t.caches, p);
    CHECK(t.take_log().empty());
}

TEST_CASE("freeing into the wrong cache frees into the right one, debugged or not")
{
    for (char const* debug : {static_cast<char const*>(nullptr), "FZPU"}) {
        TestCaches t(slub_operations, debug);
        t.start();
        kmem_cache& a = *kmem_cache_create(t.caches, "a", 100, 0, 0, nullptr);
        kmem_cache& b = *kmem_cache_create(t.caches, "b", 100, 0, 0, nullptr);
        void* const object = kmem_cache_alloc(a, GFP_KERNEL);
        kmem_cache_free(b, object);
        CHECK(contains(t.take_log(),
                       "WARNING: cache_from_obj: Wrong slab cache. b but object is from a\n"));
        CHECK(kmem_cache_alloc(a, GFP_KERNEL) == object);
        slab_damage const found = check_caches(t.caches);
        CHECK_FALSE(found);
    }
}

TEST_CASE("a broken free list is cut, a miscount corrected")
{
    TestCaches t(slub_operations, "FZP");
    t.start();
    kmem_cache& s = *kmem_cache_create(t.caches, "x", 64, 0, 0, nullptr);
    void* const a = kmem_cache_alloc(s, GFP_KERNEL);
    void* const b = kmem_cache_alloc(s, GFP_KERNEL);
    slab& sl = *virt_to_slab(t.caches.env, a);
    sl.inuse++;
    validate_slab_cache(s);
    std::string log = t.take_log();
    CHECK(contains(log, "Wrong object count. Counter is 3 but counted were 2\n"));
    CHECK(contains(log, "FIX x: Object count adjusted\n"));
    CHECK(sl.inuse == 2);
    kmem_cache_free(s, b);
    set_freepointer(s, b, static_cast<char*>(b) + 1);
    validate_slab_cache(s);
    log = t.take_log();
    CHECK(contains(log, "BUG x (Tainted: B): Freechain corrupt\n"));
    CHECK(get_freepointer(s, b) == nullptr);
    sl.freelist = &sl;
    validate_slab_cache(s);
    log = t.take_log();
    CHECK(contains(log, "Freepointer corrupt"));
    CHECK(contains(log, "FIX x: Freelist cleared\n"));
    CHECK(get_node(s).nr_partial == 0);
    CHECK(kmem_cache_alloc(s, GFP_KERNEL) != nullptr);
    kmem_cache_free(s, a); // now the only free object of its slab
    slab_damage const found = check_caches(t.caches);
    CHECK_FALSE(found);
}

TEST_CASE("writes behind the last object of a slab are found")
{
    TestCaches t(slub_operations, "FZP");
    t.start();
    kmem_cache& s = *kmem_cache_create(t.caches, "x", 1000, 0, 0, nullptr);
    void* const object = kmem_cache_alloc(s, GFP_KERNEL);
    slab& sl = *virt_to_slab(t.caches.env, object);
    char* const start = slab_address(t.caches.env, sl);
    size_t const used = size_t{slab_objects(sl)} * s.size;
    REQUIRE(used < kPageSize << oo_order(s.oo));
    start[used + 3] = 1;
    kmem_cache_free(s, object);
    std::string const log = t.take_log();
    CHECK(contains(log, "Padding overwritten. 0x" + hex(start + used + 3) + "-0x" +
                            hex(start + used + 3) + " @offset=" + std::to_string(used + 3)));
    CHECK(contains(log, "FIX x: Restoring slab padding 0x" + hex(start + used + 3)));
    CHECK(start[used + 3] == 0x5a);
}

TEST_CASE("slub_debug= chooses flags and caches")
{
    struct {
        char const* text;
        char const* name;
        slab_flags_t expected;
    } const cases[] = {
        {"", "any", DEBUG_DEFAULT_FLAGS},
        {"F", "any", SLAB_CONSISTENCY_CHECKS},
        {"zPuTa", "any",
         SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_FAILSLAB},
        {"FZ-", "any", 0},
        {"Z,foo", "foo", SLAB_RED_ZONE},
        {"Z,foo", "food", 0},
        {"Z,foo", "fo", 0},
        {"Z,foo,bar*", "bart", SLAB_RED_ZONE},
        {",kmalloc-*", "kmalloc-64", DEBUG_DEFAULT_FLAGS},
        {",kmalloc-*", "dma-kmalloc-64", 0},
        {"F;ZP,foo", "foo", SLAB_RED_ZONE | SLAB_POISON},
        {"F;ZP,foo", "bar", SLAB_CONSISTENCY_CHECKS},
        {";;Z,a;;P,b;", "b", SLAB_POISON},
    };
    world = {};
    for (auto const& c : cases) {
        INFO("slub_debug=", c.text, " for ", c.name);
        slub_options const options = parse_slub_options(kTestEnvironment, c.text);
        CHECK(debug_flags_for(options, SLAB_HWCACHE_ALIGN, c.name) ==
              (SLAB_HWCACHE_ALIGN | c.expected));
        CHECK(debug_flags_for(options, SLAB_NO_USER_FLAGS, c.name) == SLAB_NO_USER_FLAGS);
    }
    CHECK(world.log.empty());
    parse_slub_options(kTestEnvironment, "Fx");
    CHECK(world.log == "slub_debug option 'x' unknown. skipped\n");
}

TEST_CASE("slub_debug=O keeps slabs small")
{
    TestCaches t(slub_operations, "FZPUO");
    t.start();
    kmem_cache const& s = *kmem_cache_create(t.caches, "x", 4096, 0, 0, nullptr);
    CHECK((s.flags & DEBUG_METADATA_FLAGS) == 0);
    CHECK((s.flags & SLAB_CONSISTENCY_CHECKS) != 0);
    CHECK(s.size == 4096);
}

TEST_CASE("equal stacks are kept once, and a full depot keeps no more")
{
    uintptr_t words[10] = {};
    stack_depot depot = {words, 10, 0, {}, {}};
    uintptr_t const a[] = {1, 2, 3};
    uintptr_t const b[] = {1, 2, 4};
    CHECK(stack_depot_save(depot, a, 0) == 0);
    unsigned const first = stack_depot_save(depot, a, 3);
    unsigned const second = stack_depot_save(depot, b, 3);
    CHECK(first != 0);
    CHECK(second != 0);
    CHECK(first != second);
    CHECK(stack_depot_save(depot, a, 3) == first);
    CHECK(stack_depot_fetch(depot, second).entries[2] == 4);
    CHECK(stack_depot_save(depot, a, 2) == 0);
    CHECK(stack_depot_fetch(depot, 99).nr_entries == 0);
}

} // namespace pagelab::mm
