#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/list.hpp"

namespace pagelab::lib {

namespace {

struct Item {
    int value;
    list_head link;
};

std::vector<int> values_of(list_head const& head)
{
    std::vector<int> forward;
    for (list_head* at = head.next; at != &head; at = at->next)
        forward.push_back(CONTAINER_OF(at, Item, link)->value);
    std::vector<int> backward;
    for (list_head* at = head.prev; at != &head; at = at->prev)
        backward.insert(backward.begin(), CONTAINER_OF(at, Item, link)->value);
    CHECK(forward == backward);
    return forward;
}

} // namespace

TEST_CASE("a list keeps its order through adding, moving and deleting")
{
    list_head head;
    init_list_head(head);
    CHECK(list_empty(head));
    Item one{1, {}}, two{2, {}}, three{3, {}};
    list_add(one.link, head);
    list_add(two.link, head);
    list_add_tail(three.link, head);
    CHECK(values_of(head) == std::vector{2, 1, 3});
    list_move_tail(two.link, head);
    CHECK(values_of(head) == std::vector{1, 3, 2});
    list_move(three.link, head);
    CHECK(values_of(head) == std::vector{3, 1, 2});
    list_del(one.link);
    CHECK(values_of(head) == std::vector{3, 2});
    CHECK(reinterpret_cast<uintptr_t>(one.link.next) == kListPoison1);
    CHECK(reinterpret_cast<uintptr_t>(one.link.prev) == kListPoison2);
}

} // namespace pagelab::lib
