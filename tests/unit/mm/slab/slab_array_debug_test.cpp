// SLAB's debugging: what it puts around objects, and its reports, byte for byte.
#include <cstring>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "guestkernel/mm/slab/slab_array_debug.hpp"
#include "tests/unit/mm/report_text.hpp"
#include "tests/unit/mm/slab/test_caches.hpp"

namespace pagelab::mm {

namespace {

constexpr char kActive[] = "0xd84156c5635688c0";
constexpr char kInactive[] = "0x9f911029d74e35b";

// 40 bytes between red zones: slots of 64, on the slab's second row of colours.
struct Fixture {
    Fixture()
    {
        t.start();
        thing = kmem_cache_create(t.caches, "thing", 40, 0, 0, nullptr);
        REQUIRE(thing != nullptr);
        object = take(0x111);
    }

    unsigned char* take(uintptr_t caller)
    {
        void* const taken = kmem_cache_alloc(*thing, GFP_KERNEL, caller);
        REQUIRE(taken != nullptr);
        return static_cast<unsigned char*>(taken);
    }

    std::string slot_of(unsigned char const* o) const { return address(o - 8); }
    static std::string address(unsigned char const* p)
    {
        return fmt::format("{:016x}", reinterpret_cast<uintptr_t>(p));
    }

    TestCaches t{slab_array_debug_operations};
    kmem_cache* thing;
    unsigned char* object;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "the layout of a slot, and its patterns while in use and free")
{
    CHECK(thing->size == 64);
    CHECK(thing->array.obj_offset == 8);
    CHECK((thing->flags & CFLGS_OBJFREELIST_SLAB) == 0);
    CHECK(thing->array.limit == 32);
    for (unsigned i = 0; i < 39; i++)
        CHECK(object[i] == 0x5a);
    CHECK(object[39] == 0xa5);
    void* const slot = object - 8;
    CHECK(&dbg_redzone1(*thing, slot) == slot);
    CHECK(reinterpret_cast<unsigned char*>(&dbg_redzone2(*thing, slot)) == object + 40);
    CHECK(dbg_redzone1(*thing, slot) == RED_ACTIVE);
    CHECK(dbg_redzone2(*thing, slot) == RED_ACTIVE);
    CHECK(dbg_userword(*thing, slot) == 0x111);
    kmem_cache_free(*thing, object, 0x222);
    for (unsigned i = 0; i < 39; i++)
        CHECK(object[i] == 0x6b);
    CHECK(object[39] == 0xa5);
    CHECK(dbg_redzone1(*thing, slot) == RED_INACTIVE);
    CHECK(dbg_redzone2(*thing, slot) == RED_INACTIVE);
    CHECK(dbg_userword(*thing, slot) == 0x222);
    CHECK(t.take_log().empty());
}

TEST_CASE_FIXTURE(Fixture, "objects aligned to more than 8 bytes are poisoned only")
{
    kmem_cache* const aligned = kmem_cache_create(t.caches, "aligned", 64, 64, 0, nullptr);
    CHECK((aligned->flags & (SLAB_RED_ZONE | SLAB_STORE_USER)) == 0);
    CHECK((aligned->flags & SLAB_POISON) != 0);
    CHECK(aligned->size == 64);
    CHECK(aligned->array.obj_offset == 0);
}

TEST_CASE_FIXTURE(Fixture, "double free")
{
    kmem_cache_free(*thing, object);
    kmem_cache_free(*thing, object);
    CHECK(t.take_log() ==
          fmt::format("slab error in verify_redzone_free(): cache `thing': double free detected\n"
                      "(stack)\n"
                      "{}: redzone 1:{}, redzone 2:{}\n",
                      slot_of(object), kInactive, kInactive));
    CHECK(world.taints == 1);
    CHECK(t.damage() == "none");
    unsigned char* const again = take(0);
    CHECK(again == object);
    CHECK(take(0) != again);
}

TEST_CASE_FIXTURE(Fixture, "double free without red zones, of an object in an array or in a slab")
{
    kmem_cache* const plain = kmem_cache_create(t.caches, "plain", 64, 64, 0, nullptr);
    for (int i = 0; i < 2; i++) {
        void* const o = kmem_cache_alloc(*plain, GFP_KERNEL);
        kmem_cache_free(*plain, o);
        if (i == 1)
            drain_cpu_caches(*plain);
        kmem_cache_free(*plain, o);
        CHECK(t.take_log() ==
              fmt::format("slab: double free detected in cache 'plain', objp {:016x}\n(stack)\n",
                          reinterpret_cast<uintptr_t>(o)));
        CHECK(t.damage() == "none");
    }
}

TEST_CASE_FIXTURE(Fixture, "bytes written behind and before the object")
{
    object[40] = 0x77;
    kmem_cache_free(*thing, object);
    CHECK(t.take_log() ==
          fmt::format("slab error in verify_redzone_free(): cache `thing': memory outside object "
                      "was overwritten\n"
                      "(stack)\n"
                      "{}: redzone 1:{}, redzone 2:0xd84156c563568877\n",
                      slot_of(object), kActive));
    CHECK(t.damage() == "none");
    CHECK(take(0) == object); // freed all the same, and mended
    CHECK(t.take_log().empty());
    kmem_cache_free(*thing, object);
    object[-1] = 0;
    CHECK(take(0) == object);
    CHECK(t.take_log() ==
          fmt::format("slab error in cache_alloc_debugcheck_after(): cache `thing': double free, "
                      "or memory outside object was overwritten\n"
                      "(stack)\n"
                      "{}: redzone 1:0xf911029d74e35b, redzone 2:{}\n",
                      slot_of(object), kInactive));
}

TEST_CASE_FIXTURE(Fixture, "use after free, seen when the object is allocated again")
{
    unsigned char* const prev = take(0x333);
    REQUIRE(prev == object - 64);
    kmem_cache_free(*thing, object, 0x222);
    object[17] = 0x7b; // one bit
    object[35] = 0;
    CHECK(take(0) == object);
    CHECK(t.take_log() ==
          fmt::format("Slab corruption (Not tainted): thing start={}, len=40\n"
                      "Redzone: {}/{}\n"
                      "Last user: (f+0x222/0x9999)\n"
                      "010: 6b 7b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  k{{kkkkkkkkkkkkkk\n"
                      "Single bit error detected. Probably bad RAM.\n"
                      "Run memtest86+ or a similar memory test tool.\n"
                      "020: 6b 6b 6b 00 6b 6b 6b a5                          kkk.kkk.\n"
                      "Prev obj: start={}, len=40\n"
                      "Redzone: {}/{}\n"
                      "Last user: (f+0x333/0x9999)\n"
                      "000: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a  ZZZZZZZZZZZZZZZZ\n"
                      "010: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a  ZZZZZZZZZZZZZZZZ\n"
                      "Next obj: start={}, len=40\n"
                      "Redzone: {}/{}\n"
                      "Last user: (f+0x0/0x9999)\n"
                      "000: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n"
                      "010: 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkkkkkkkkk\n",
                      address(object), kInactive, kInactive, address(prev), kActive, kActive,
                      address(object + 64), kInactive, kInactive));
}

TEST_CASE_FIXTURE(Fixture, "use after free, seen when the slab goes")
{
    kmem_cache_free(*thing, object);
    object[0] = 1;
    object[-8] = 0;
    kmem_cache_shrink(*thing);
    std::string const log = t.take_log();
    CHECK(log.find("Slab corruption (Not tainted): thing start=" + address(object)) == 0);
    CHECK(log.find("slab error in slab_destroy_debugcheck(): cache `thing': start of a freed "
                   "object was overwritten\n") != std::string::npos);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "an address inside an object, an object of another cache")
{
    kmem_cache_free(*thing, object + 8);
    CHECK(t.take_log() == "slab error in cache_free_debugcheck(): cache `thing': address is not an "
                          "object's\n(stack)\n");
    kmem_cache* const other = kmem_cache_create(t.caches, "other", 100, 0, 0, nullptr);
    kmem_cache_free(*other, object);
    CHECK(t.take_log() ==
          "WARNING: cache_from_obj: Wrong slab cache. other but object is from thing\n");
    CHECK(take(0) == object);
    CHECK(t.damage() == "none");
}

TEST_CASE_FIXTURE(Fixture, "with poison the constructor runs for each allocation")
{
    static unsigned calls;
    calls = 0;
    kmem_cache* const s = kmem_cache_create(t.caches, "built", 40, 0, 0, [](void* o) {
        calls++;
        std::memset(o, 7, 40);
    });
    auto* const o = static_cast<unsigned char*>(kmem_cache_alloc(*s, GFP_KERNEL));
    CHECK(calls == 1);
    CHECK(o[39] == 7);
    kmem_cache_free(*s, o);
    kmem_cache_alloc(*s, GFP_KERNEL);
    CHECK(calls == 2);
    CHECK(t.take_log().empty());
}

TEST_CASE("a constructor that writes beyond its object")
{
    TestCaches t(slab_array_operations);
    t.start();
    kmem_cache* const s = kmem_cache_create(t.caches, "built", 4000, 0, SLAB_RED_ZONE,
                                            [](void* o) { static_cast<char*>(o)[4000] = 1; });
    kmem_cache_alloc(*s, GFP_KERNEL);
    CHECK(t.take_log().find("slab error in cache_init_objs_debug(): cache `built': constructor "
                            "overwrote the end of an object\n") == 0);
}

TEST_CASE_FIXTURE(Fixture, "no memory for a slab is told, unless not wanted")
{
    world.fail_from = 0;
    world.fail_to = ~0ul;
    kmem_cache* const s = kmem_cache_create(t.caches, "wide", 3000, 0, 0, nullptr);
    REQUIRE(s != nullptr);
    t.take_log();
    CHECK(kmem_cache_alloc(*s, GFP_KERNEL | __GFP_NOWARN) == nullptr);
    CHECK(t.take_log().empty());
    CHECK(kmem_cache_alloc(*s, GFP_KERNEL) == nullptr);
    CHECK(t.take_log() == "SLAB: Unable to allocate memory on node 0, gfp=0xcc0(GFP_KERNEL)\n"
                          "  cache: wide, object size: 3024, order: 0\n"
                          "  node 0: slabs: 0/0, objs: 0/0\n");
}

TEST_CASE_FIXTURE(Fixture, "slabinfo has statistics")
{
    kmem_cache_free(*thing, object);
    std::string const text = report_text([&](auto& m) { show_slabinfo(m, t.caches); });
    CHECK(text.find("slabinfo - version: 2.1 (statistics)\n"
                    "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                    "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                    "<active_slabs> <num_slabs> <sharedavail> : globalstat <listallocs> <maxobjs> "
                    "<grown> <reaped> <error> <maxfreeable> <nodeallocs> <remotefrees> "
                    "<alienoverflow> : cpustat <allochit> <allocmiss> <freehit> <freemiss>\n") ==
          0);
    CHECK(
        text.find("\nthing                 16     63     64   63    1 : tunables   32   16    0 : "
                  "slabdata      1      1      0 : globalstat      16     16     1    0    0    "
                  "0    0    0    0 : cpustat      0      1      1      0\n") != std::string::npos);
}

} // namespace pagelab::mm
