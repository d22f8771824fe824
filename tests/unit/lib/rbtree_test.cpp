#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/rbtree.hpp"

namespace pagelab::lib {

namespace {

struct Item {
    unsigned key = 0;
    unsigned count = 1; // augmented: nodes in the subtree
    rb_node node = {};
    bool is_linked = false;
};

Item& item_of(rb_node& node)
{
    return *CONTAINER_OF(&node, Item, node);
}

unsigned count_of(rb_node* node)
{
    return node == nullptr ? 0 : item_of(*node).count;
}

bool recount(rb_node& node)
{
    unsigned const count = 1 + count_of(node.rb_left) + count_of(node.rb_right);
    bool const changed = item_of(node).count != count;
    item_of(node).count = count;
    return changed;
}

void insert(rb_root& root, Item& item, rb_augment augment)
{
    rb_node* parent = nullptr;
    rb_node** link = &root.rb_node;
    while (*link != nullptr) {
        parent = *link;
        link = item.key < item_of(*parent).key ? &parent->rb_left : &parent->rb_right;
    }
    rb_link_node(item.node, parent, *link);
    rb_insert_color(item.node, root, augment);
    item.is_linked = true;
}

void compare(rb_root const& root, std::set<unsigned> const& model)
{
    char const* const damage = rb_check(root);
    INFO("damage: ", damage == nullptr ? "none" : damage);
    REQUIRE(damage == nullptr);
    rb_node* node = rb_first(root);
    for (unsigned const key : model) {
        REQUIRE(node != nullptr);
        REQUIRE(item_of(*node).key == key);
        node = rb_next(*node);
    }
    REQUIRE(node == nullptr);
    node = rb_last(root);
    for (auto key = model.rbegin(); key != model.rend(); ++key, node = rb_prev(*node))
        REQUIRE(item_of(*node).key == *key);
    REQUIRE(node == nullptr);
}

void require_counts(rb_node* node)
{
    if (node == nullptr)
        return;
    require_counts(node->rb_left);
    require_counts(node->rb_right);
    REQUIRE(!recount(*node));
}

} // namespace

TEST_CASE("an empty red-black tree has no first and no last")
{
    rb_root const root;
    CHECK(rb_first(root) == nullptr);
    CHECK(rb_last(root) == nullptr);
    CHECK(rb_check(root) == nullptr);
}

TEST_CASE("random insertions and removals equal std::set, plain and augmented")
{
    for (rb_augment const augment : {rb_augment{nullptr}, rb_augment{recount}}) {
        std::vector<Item> items(300);
        rb_root root;
        std::set<unsigned> model;
        std::mt19937 random(1);
        for (unsigned step = 0; step < 20'000; step++) {
            auto const key = static_cast<unsigned>(random() % items.size());
            Item& item = items[key];
            item.key = key;
            if (item.is_linked) {
                rb_erase(item.node, root, augment);
                item.is_linked = false;
                model.erase(key);
            } else {
                insert(root, item, augment);
                model.insert(key);
            }
            if (step % 50 == 0) {
                compare(root, model);
                if (augment != nullptr)
                    require_counts(root.rb_node);
            }
        }
    }
}

TEST_CASE("ascending keys give a tree of logarithmic height")
{
    std::vector<Item> items(4096);
    rb_root root;
    for (unsigned i = 0; i < items.size(); i++) {
        items[i].key = i;
        insert(root, items[i], nullptr);
    }
    CHECK(rb_check(root) == nullptr);
    unsigned depth = 0;
    for (rb_node* node = root.rb_node; node != nullptr; node = node->rb_right)
        depth++;
    CHECK(depth <= 2 * 12);
}

TEST_CASE("the check finds a wrong colour, a wrong parent and unequal black heights")
{
    std::vector<Item> items(7);
    rb_root root;
    for (unsigned i = 0; i < items.size(); i++) {
        items[i].key = i;
        insert(root, items[i], nullptr);
    }
    rb_node& leaf = *rb_first(root);
    unsigned long const good = leaf.__rb_parent_color;
    leaf.__rb_parent_color = reinterpret_cast<unsigned long>(&items[6].node) | (good & 1);
    CHECK(rb_check(root) != nullptr);
    leaf.__rb_parent_color = good ^ 1;
    CHECK(rb_check(root) != nullptr);
    leaf.__rb_parent_color = good;
    CHECK(rb_check(root) == nullptr);
}

TEST_CASE("propagation stops where nothing changes")
{
    std::vector<Item> items(15);
    rb_root root;
    for (unsigned i = 0; i < items.size(); i++) {
        items[i].key = i;
        insert(root, items[i], recount);
    }
    item_of(*root.rb_node).count = 0;
    rb_propagate(rb_first(root), recount); // the leaf is right, so the root is not looked at
    CHECK(item_of(*root.rb_node).count == 0);
    rb_propagate(root.rb_node, recount);
    CHECK(item_of(*root.rb_node).count == 15);
}

} // namespace pagelab::lib
