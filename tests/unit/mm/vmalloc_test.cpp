#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/mm/reference.hpp"
#include "tests/unit/mm/vmalloc_world.hpp"

namespace pagelab::mm {

namespace {

unsigned long address_of(Result<void*> const& area)
{
    REQUIRE(area);
    return reinterpret_cast<unsigned long>(area.value());
}

void require_sound(VmallocWorld const& world)
{
    char const* const damage = check_vmalloc(world.v);
    INFO("damage: ", damage == nullptr ? "none" : damage);
    REQUIRE(damage == nullptr);
}

void require_empty(VmallocWorld& world, size_t frames)
{
    vm_unmap_aliases(world.v);
    size_t const spares = world.v.space.ne_fit_preload != nullptr ? 1 : 0;
    CHECK(world.live_objects() == 1 + spares); // one hole
    CHECK(world.free_frames() == frames);
    CHECK(world.v.nr_vmalloc_pages == 0);
    CHECK(count_mapped(world.table, world.start, world.end - 1) == 0);
    require_sound(world);
}

} // namespace

TEST_CASE("vmalloc maps pages side by side and leaves a guard page")
{
    for (unsigned const levels : {3u, 4u}) {
        VmallocWorld world(levels);
        unsigned long const first = address_of(vmalloc_range(world.v, world.request(0x10000)));
        unsigned long const second = address_of(vmalloc_range(world.v, world.request(1)));
        CHECK(first == world.start);
        CHECK(second == first + 0x11000);
        CHECK(world.v.nr_vmalloc_pages == 17);
        require_sound(world);
        vm_struct const* const area =
            find_vm_area(world.v, reinterpret_cast<void*>(first + 0x5123));
        REQUIRE(area != nullptr);
        CHECK(area->nr_pages == 16);
        CHECK(area->size == 0x11000);
        CHECK(vmalloc_to_page(world.v, reinterpret_cast<void*>(first + 0x5123)) == area->pages[5]);
        CHECK(*find_pte(world.table, first) ==
              (page_to_pfn(*world.v.env.pgdat, *area->pages[0]).value << 12 | kTestProt));
        CHECK(vmalloc_to_page(world.v, reinterpret_cast<void*>(first + 0x10000)) == nullptr);
        CHECK(vfree(world.v, reinterpret_cast<void*>(first)));
        CHECK(vfree(world.v, reinterpret_cast<void*>(second)));
        CHECK(vfree(world.v, nullptr));
        require_empty(world, 4096);
    }
}

TEST_CASE("impossible sizes and addresses are errors")
{
    VmallocWorld world(3);
    CHECK_FALSE(vmalloc_range(world.v, world.request(0)));
    CHECK_FALSE(vmalloc_range(world.v, world.request(~0ul)));
    CHECK_FALSE(vmalloc_range(world.v, world.request(~0ul - 0x1000)));
    CHECK_FALSE(vmalloc_range(world.v, world.request(world.end - world.start))); // guard page
    CHECK_FALSE(vfree(world.v, reinterpret_cast<void*>(world.start)));
    CHECK_FALSE(vfree(world.v, reinterpret_cast<void*>(world.start + 5)));
    CHECK_FALSE(iounmap(world.v, reinterpret_cast<void*>(world.start)));
    CHECK_FALSE(ioremap(world.v, PhysAddr(~uint64_t{0} - 10), 100, kTestProt, nullptr));
    CHECK_FALSE(ioremap(world.v, PhysAddr(0x1000), 0, kTestProt, nullptr));
    require_empty(world, 4096);
}

TEST_CASE("more than there is memory fails and gives everything back")
{
    VmallocWorld world(4, 100);
    CHECK_FALSE(vmalloc_range(world.v, world.request(101 * kPageSize)));
    require_empty(world, 100);
    CHECK(vmalloc_range(world.v, world.request(100 * kPageSize)));
}

TEST_CASE("each single request for memory can fail without a leak")
{
    for (unsigned const levels : {3u, 4u}) {
        for (int kind = 0; kind < 3; kind++) {
            bool succeeded = false;
            for (long n = 0; !succeeded; n++) {
                REQUIRE(n < 100);
                VmallocWorld world(levels);
                // Something in the way, so that a hole must be split.
                vm_request wanted = world.request(0x6000);
                wanted.start += 0x10'0000;
                page* pages[3] = {&world.frame(1), &world.frame(2), &world.frame(3)};
                world.fail_nth(n);
                Result<void*> const area =
                    kind == 0 ? vmalloc_range(world.v, wanted)
                    : kind == 1
                        ? vmap(world.v, pages, 3, 0, kTestProt, nullptr)
                        : ioremap(world.v, PhysAddr(0xfed0'0000), 0x3000, kTestProt, nullptr);
                world.fail_nth(-1);
                succeeded = static_cast<bool>(area);
                require_sound(world);
                if (succeeded)
                    CHECK(vunmap(world.v, reinterpret_cast<void*>(address_of(area))));
                if (!succeeded)
                    require_empty(world, 4096);
            }
        }
    }
}

TEST_CASE("vmap shows the caller's pages in order and leaves them alone")
{
    VmallocWorld world(4);
    page* pages[] = {&world.frame(7), &world.frame(3), &world.frame(7)};
    auto const area = vmap(world.v, pages, 3, 0, kTestProt, nullptr);
    unsigned long const address = address_of(area);
    for (unsigned i = 0; i < 3; i++)
        CHECK(vmalloc_to_page(world.v, reinterpret_cast<void*>(address + i * kPageSize)) ==
              pages[i]);
    require_sound(world);
    CHECK(vunmap(world.v, area.value()));
    require_empty(world, 4096);
}

TEST_CASE("ioremap keeps the offset and aligns like Linux")
{
    VmallocWorld world(4);
    (void)vmalloc_range(world.v, world.request(1));
    auto const area = ioremap(world.v, PhysAddr(0xfed0'0404), 0x2000, kTestProt, nullptr);
    unsigned long const address = address_of(area);
    CHECK(address == world.start + 0x4000 + 0x404); // three pages, so a multiple of four
    CHECK((*find_pte(world.table, address) & 0xf'ffff'ffff'f000) == 0xfed0'0000);
    require_sound(world);
    CHECK(iounmap(world.v, area.value()));
}

TEST_CASE("module space is apart from the window")
{
    VmallocWorld world(4);
    vm_request wanted = world.request(0x3000);
    wanted.start = kLongModules;
    wanted.end = kLongSpaceEnd;
    wanted.vm_flags = VM_FLUSH_RESET_PERMS;
    unsigned long const address = address_of(vmalloc_range(world.v, wanted));
    CHECK(address == kLongModules);
    CHECK_FALSE(is_vmalloc_addr(world.v, reinterpret_cast<void*>(address)));
    world.touch(address, 0x3000);
    require_sound(world);
    CHECK(vfree(world.v, reinterpret_cast<void*>(address)));
    CHECK_FALSE(world.is_stale(address, 0x3000)); // not lazily
    require_empty(world, 4096);
}

TEST_CASE("freed addresses wait for one flush, and are not used before")
{
    VmallocWorld world(3);
    unsigned long const first = address_of(vmalloc_range(world.v, world.request(0x4000)));
    world.touch(first, 0x4000);
    CHECK(vfree(world.v, reinterpret_cast<void*>(first)));
    CHECK(world.flushes == 0);
    CHECK(world.v.space.vmap_lazy_nr == 5);
    CHECK(address_of(vmalloc_range(world.v, world.request(0x4000))) == first + 0x5000);
    unsigned rounds = 0;
    while (world.flushes == 0) { // 32 MiB are 8192 pages
        auto const area = vmalloc_range(world.v, world.request(0x4000));
        CHECK(vfree(world.v, reinterpret_cast<void*>(address_of(area))));
        rounds++;
    }
    CHECK(rounds == 8192 / 5);
    CHECK(world.v.space.vmap_lazy_nr == 0);
    CHECK_FALSE(world.is_stale(first, 0x4000));
    CHECK(address_of(vmalloc_range(world.v, world.request(0x4000))) == first);
    require_sound(world);
}

TEST_CASE("a window full of waiting areas is purged when it is needed")
{
    VmallocWorld world(3, 8000);
    unsigned long const size = 6000 * kPageSize; // 23 MiB: four fit
    for (unsigned i = 0; i < 20; i++) {
        auto const area = vmalloc_range(world.v, world.request(size));
        unsigned long const address = address_of(area);
        CHECK_FALSE(world.is_stale(address, size));
        world.touch(address, size);
        CHECK(vfree(world.v, area.value()));
    }
    CHECK(world.flushes > 0);
    require_sound(world);
}

TEST_CASE("who finds no addresses waits for another CPU's purge")
{
    VmallocWorld world(3, 30000);
    unsigned long const half = (world.end - world.start) / 2;
    auto const first = vmalloc_range(world.v, world.request(half + kPageSize));
    REQUIRE(first);
    CHECK(vfree(world.v, first.value())); // more than may wait: purged at once
    auto const again = vmalloc_range(world.v, world.request(half + kPageSize));
    REQUIRE(again);
    world.v.space.lazy_max_pages = ~0ul;
    CHECK(vfree(world.v, again.value())); // waits
    std::thread other;
    std::atomic<bool> has_addresses = false;
    world.during_flush = [&] {
        other = std::thread([&] {
            lib::cpu_number = 1;
            has_addresses = bool(vmalloc_range(world.v, world.request(half + kPageSize)));
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(50)); // it looks for a hole now
    };
    vm_unmap_aliases(world.v);
    other.join();
    CHECK(has_addresses);
    require_sound(world);
}

TEST_CASE("a vmalloc that fails says so in Linux' words, once in ten seconds")
{
    auto const complaint = [](VmallocWorld& world, unsigned long size, gfp_t gfp) {
        vmalloc_log.clear();
        vm_request request = world.request(size);
        request.gfp = gfp;
        CHECK_FALSE(vmalloc_range(world.v, request));
        return vmalloc_log.substr(0, vmalloc_log.find('\n'));
    };
    std::string const mode = ", mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0";
    {
        VmallocWorld world(3, 100);
        CHECK(complaint(world, 101 * kPageSize, GFP_KERNEL | __GFP_NOWARN) == "");
        CHECK(complaint(world, 101 * kPageSize, GFP_KERNEL) ==
              "swapper/0: vmalloc error: size 413696, exceeds total pages" + mode);
        CHECK(vmalloc_log.find("\nMem-Info:\n") != std::string::npos);
        CHECK(complaint(world, 101 * kPageSize, GFP_KERNEL) == "");
    }
    {
        VmallocWorld world(3, 100);
        REQUIRE(vmalloc_range(world.v, world.request(60 * kPageSize)));
        CHECK(complaint(world, 50 * kPageSize, GFP_KERNEL) ==
              "swapper/0: vmalloc error: size 163840, page order 0, failed to allocate pages" +
                  mode);
    }
    {
        VmallocWorld world(3, 40000);
        CHECK(complaint(world, world.end - world.start, GFP_KERNEL) ==
              "vmap allocation for size 109047808 failed: use vmalloc=<size> to increase size");
        CHECK(vmalloc_log.find("vmalloc error: size 109043712, vm_struct allocation failed" +
                               mode) != std::string::npos);
    }
    {
        VmallocWorld world(3, 100);
        world.fail_nth(3); // after the vm_struct, the addresses and a spare
        CHECK(complaint(world, 50 * kPageSize, GFP_KERNEL) ==
              "swapper/0: vmalloc error: size 204800, failed to allocated page array size " +
                  std::to_string(50 * sizeof(page*)) + mode);
    }
}

TEST_CASE("vmallocinfo has Linux' bytes")
{
    VmallocWorld world(4);
    vm_request wanted = world.request(0x4000);
    wanted.caller = reinterpret_cast<void*>(0x1234);
    (void)vmalloc_range(world.v, wanted);
    (void)ioremap(world.v, PhysAddr(0xfed0'0000), 0x1000, kTestProt, wanted.caller);
    page* one[] = {&world.frame(9)};
    auto const gone = vmap(world.v, one, 1, 0, kTestProt, wanted.caller);
    (void)vmap(world.v, one, 1, 0, kTestProt, wanted.caller);
    CHECK(vunmap(world.v, gone.value()));
    auto const symbol = [](char* buffer, uintptr_t) -> char const* {
        return std::strcpy(buffer, "kernel_clone+0xbf/0x430");
    };
    std::string const text = report_text([&](auto& m) {
        show_vmallocinfo(m, world.v, {symbol, true});
    });
    CHECK(text ==
          "0xffffc90000000000-0xffffc90000005000   20480 kernel_clone+0xbf/0x430 pages=4 vmalloc "
          "N0=4\n"
          "0xffffc90000005000-0xffffc90000007000    8192 kernel_clone+0xbf/0x430 "
          "phys=0x00000000fed00000 ioremap\n"
          "0xffffc90000009000-0xffffc9000000b000    8192 kernel_clone+0xbf/0x430 vmap\n"
          "0xffffc90000007000-0xffffc90000009000    8192 unpurged vm_area\n");
}

TEST_CASE("the check sees a page too many, one too few, a wrong one and a mapped guard")
{
    VmallocWorld world(4);
    unsigned long const address = address_of(vmalloc_range(world.v, world.request(0x3000)));
    uint64_t* const entries = find_pte(world.table, address);
    require_sound(world);
    auto const damaged = [&](unsigned i, uint64_t value) {
        uint64_t const before = entries[i];
        entries[i] = value;
        bool const seen = check_vmalloc(world.v) != nullptr;
        entries[i] = before;
        return seen;
    };
    CHECK(damaged(1, 0));
    CHECK(damaged(1, entries[2]));
    CHECK(damaged(3, entries[2]));
    CHECK(damaged(100, entries[2]));
    require_sound(world);
    world.v.space.vmap_lazy_nr++;
    CHECK(check_vmalloc(world.v) != nullptr);
    world.v.space.vmap_lazy_nr--;
    vmap_area& hole = area_of_node(*world.v.space.free.root.rb_node);
    hole.subtree_max_size--;
    CHECK(check_vmalloc(world.v) != nullptr);
    hole.subtree_max_size++;
    hole.va_start += kPageSize;
    CHECK(check_vmalloc(world.v) != nullptr);
    hole.va_start -= kPageSize;
    require_sound(world);
}

TEST_CASE("page tables: what is mapped stays mapped, large pages are in the way")
{
    VmallocWorld world(4);
    CHECK(map_range(world.table, kLongModules, PhysAddr(0x1000), 0x40'0000, kTestProt));
    CHECK_FALSE(map_range(world.table, kLongModules + 0x1000, PhysAddr(0), 0x1000, kTestProt));
    CHECK(count_mapped(world.table, kLongModules, kLongSpaceEnd - 1) == 1024);
    unmap_range(world.table, kLongModules + 0x1000, 0x1000'0000); // beyond what exists
    CHECK(count_mapped(world.table, kLongModules, kLongSpaceEnd - 1) == 1);
    CHECK(find_pte(world.table, kLongStart) == nullptr);
    world.table.supported_flags = ~(uint64_t{1} << 63);
    CHECK(map_range(world.table, kLongStart, PhysAddr(0x5000), 0x1000, kTestProt));
    CHECK(*find_pte(world.table, kLongStart) == 0x5163);
}

} // namespace pagelab::mm
