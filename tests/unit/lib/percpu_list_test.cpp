#include "guestkernel/lib/percpu_list.hpp"

#include <cstddef>
#include <iterator>

#include <doctest/doctest.h>

namespace pagelab::lib {

namespace {

struct Object {
    int payload;
    Object* next;
};

struct Container {
    unsigned link = offsetof(Object, next);
    percpu_list_head heads[2] = {};
};
constexpr percpu_list_layout kAt = {offsetof(Container, heads), sizeof(percpu_list_head),
                                    offsetof(Container, link)};

Object* pop(Container& container)
{
    void* object = nullptr;
    return percpu_list_pop<kAt>(&container, object) ? static_cast<Object*>(object) : nullptr;
}

// Addresses as they lie in a kernel: two sequences with code between them.
constexpr restartable kSequences[] = {{0x1000, 0x1020}, {0x2000, 0x2008}};

uintptr_t restarted(uintptr_t ip)
{
    return restart_address(std::begin(kSequences), std::end(kSequences), ip);
}

} // namespace

TEST_CASE("an interrupted sequence begins again; one that is over, or has not begun, goes on")
{
    CHECK(restarted(0x1001) == 0x1000);
    CHECK(restarted(0x101f) == 0x1000);
    CHECK(restarted(0x2007) == 0x2000);
    CHECK(restarted(0x1000) == 0x1000); // nothing of it has been done
    CHECK(restarted(0x1020) == 0x1020); // all of it has
    CHECK(restarted(0x2008) == 0x2008);
    CHECK(restarted(0x0fff) == 0x0fff);
    CHECK(restarted(0x1800) == 0x1800);
    CHECK(restarted(0) == 0);
    CHECK(restart_address(kSequences, kSequences, 0x1001) == 0x1001); // there are none
}

TEST_CASE("a CPU's list gives back the last object first, and no other CPU's")
{
    Container container;
    Object a{1, nullptr}, b{2, nullptr}, c{3, nullptr};
    int slab = 0, other_slab = 0;
    container.heads[0].owner = &slab;
    container.heads[1].owner = &other_slab;
    CHECK(pop(container) == nullptr);
    CHECK(percpu_list_push<kAt>(&container, &slab, &a));
    CHECK(percpu_list_push<kAt>(&container, &slab, &b));
    CHECK_FALSE(percpu_list_push<kAt>(&container, &other_slab, &c));
    CHECK(c.next == nullptr);

    cpu_number = 1;
    CHECK(pop(container) == nullptr);
    CHECK_FALSE(percpu_list_push<kAt>(&container, &slab, &c));
    CHECK(percpu_list_push<kAt>(&container, &other_slab, &c));
    CHECK(container.heads[1].first == &c);
    CHECK(pop(container) == &c);
    cpu_number = 0;

    CHECK(b.next == &a);
    CHECK(pop(container) == &b);
    CHECK(pop(container) == &a);
    CHECK(pop(container) == nullptr);
    CHECK(container.heads[0].owner == &slab);
    CHECK((a.payload == 1 && b.payload == 2 && c.payload == 3));
}

} // namespace pagelab::lib
