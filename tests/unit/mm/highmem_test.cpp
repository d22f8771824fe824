#include <memory>

#include <doctest/doctest.h>

#include "tests/unit/mm/highmem_world.hpp"

namespace pagelab::mm {

namespace {

using World = HighmemWorld;

unsigned long number(void const* address)
{
    return reinterpret_cast<unsigned long>(address);
}

} // namespace

TEST_CASE("low memory needs no window")
{
    auto const world = std::make_unique<World>();
    page& p = world->low(5);
    CHECK(number(kmap(world->hm, p)) == 0xc000'5000);
    CHECK(kunmap(world->hm, p));
    void* const local = kmap_local_page(world->hm, p);
    CHECK(number(local) == 0xc000'5000);
    CHECK(kunmap_local(world->hm, local));
    CHECK(check_highmem(world->hm) == nullptr);
}

TEST_CASE("a page mapped twice has one slot, which stays until the window wraps")
{
    auto const world = std::make_unique<World>();
    page& p = world->high(5);
    CHECK(page_address(world->hm, p) == nullptr);
    CHECK_FALSE(kunmap(world->hm, p));
    void* const first = kmap(world->hm, p);
    CHECK(number(first) >= World::kPkmapBase);
    CHECK(world->look(first) == World::kFrames / 2 + 5);
    CHECK(kmap(world->hm, p) == first);
    CHECK(kunmap(world->hm, p));
    CHECK(kunmap(world->hm, p));
    CHECK_FALSE(kunmap(world->hm, p));
    CHECK(page_address(world->hm, p) == first); // lazily
    for (unsigned i = 6; i < 6 + LAST_PKMAP; i++) {
        CHECK(kmap(world->hm, world->high(i)) != nullptr);
        CHECK(kunmap(world->hm, world->high(i)));
    }
    CHECK(world->hm.nr_flushes == 1);
    CHECK(page_address(world->hm, p) == nullptr);
    CHECK(check_highmem(world->hm) == nullptr);
}

TEST_CASE("all slots in use: null, unless somebody waits successfully")
{
    auto const world = std::make_unique<World>();
    for (unsigned i = 0; i < LAST_PKMAP; i++)
        CHECK(kmap(world->hm, world->high(i)) != nullptr);
    CHECK(kmap(world->hm, world->high(LAST_PKMAP)) == nullptr);
    CHECK(kmap(world->hm, world->high(3)) != nullptr); // mapped already
    world->hm.env.wait_for_slot = [](void* self) {
        auto& w = *static_cast<World*>(self);
        return static_cast<bool>(kunmap(w.hm, w.high(9)));
    };
    void* const slot = page_address(world->hm, world->high(9));
    CHECK(kmap(world->hm, world->high(LAST_PKMAP)) == slot);
    CHECK(world->look(slot) == World::kFrames / 2 + LAST_PKMAP);
    CHECK(check_highmem(world->hm) == nullptr);
}

TEST_CASE("local mappings nest, each CPU in its own slots, and end in reverse order")
{
    auto const world = std::make_unique<World>();
    void* addresses[KM_MAX_IDX];
    for (unsigned i = 0; i < KM_MAX_IDX; i++) {
        addresses[i] = kmap_local_page(world->hm, world->high(i));
        CHECK(number(addresses[i]) == World::kFixaddrTop - (i + 1) * kPageSize);
        CHECK(world->look(addresses[i]) == World::kFrames / 2 + i);
    }
    CHECK(kmap_local_page(world->hm, world->high(0)) == nullptr);
    lib::cpu_number = 15;
    void* const other = kmap_local_page(world->hm, world->high(1));
    CHECK(number(other) == World::kFixaddrTop - (15 * KM_MAX_IDX + 1) * kPageSize);
    CHECK_FALSE(kunmap_local(world->hm, addresses[KM_MAX_IDX - 1])); // another CPU's
    CHECK(kunmap_local(world->hm, other));
    CHECK_FALSE(kunmap_local(world->hm, other));
    lib::cpu_number = 0;
    CHECK_FALSE(kunmap_local(world->hm, addresses[3]));
    CHECK(check_highmem(world->hm) == nullptr);
    for (unsigned i = KM_MAX_IDX; i > 0; i--) {
        char* const inside = static_cast<char*>(addresses[i - 1]) + 123;
        CHECK(kunmap_local(world->hm, inside));
        CHECK(world->look(addresses[i - 1]) == 0);
    }
    CHECK(check_highmem(world->hm) == nullptr);
}

TEST_CASE("the check sees entries, counts and lists that disagree")
{
    auto const world = std::make_unique<World>();
    kmap(world->hm, world->high(1));
    kmap_local_page(world->hm, world->high(2));
    CHECK(check_highmem(world->hm) == nullptr);
    unsigned const nr = world->hm.last_pkmap_nr;
    auto const sees = [&](auto& field, auto value) {
        auto const before = field;
        field = value;
        bool const seen = check_highmem(world->hm) != nullptr;
        field = before;
        return seen;
    };
    CHECK(sees(world->hm.pkmap_count[nr], 0));
    CHECK(sees(world->hm.pkmap_count[nr], -1));
    CHECK(sees(world->hm.pkmap_count[nr + 1], 1));
    CHECK(sees(world->hm.env.pkmap_table[nr], uint64_t{0x1000} | World::kProt));
    CHECK(sees(world->hm.page_address_maps[nr].page, &world->high(7)));
    CHECK(sees(world->hm.kmap_ctrl_idx[0], 2u));
    CHECK(sees(world->hm.kmap_ctrl_idx[3], 1u));
    CHECK(check_highmem(world->hm) == nullptr);
}

} // namespace pagelab::mm
