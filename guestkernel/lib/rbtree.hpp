// Linux' red-black tree: the nodes live inside the objects, the caller compares.
//
// A binary search tree whose longest path is at most twice its shortest: the root is black, a red
// node's children are black, and every path from a node down to a leaf has equally many black
// nodes. Nothing is owned or allocated. To insert, walk down from root.rb_node to the empty link
// where the node belongs, then rb_link_node and rb_insert_color.
//
// An augmented tree keeps, in each object, something computed from the object and its two subtrees
// (as vmalloc's largest hole). `augment` recomputes it for one node from what its children have and
// returns whether it changed; the tree calls it bottom-up wherever a subtree has changed shape.
// After an object's own contribution changed, call rb_propagate.
//
// Source: Linux 6.1 include/linux/rbtree.h, rbtree_types.h; the algorithm is that of Cormen et al.,
// Introduction to Algorithms, chapter 13.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab::lib {

struct alignas(sizeof(long)) rb_node {
    unsigned long __rb_parent_color; // address of the parent; bit 0: black
    rb_node* rb_right;
    rb_node* rb_left;
};

struct rb_root {
    struct rb_node* rb_node = nullptr;
};

enum : unsigned long { RB_RED = 0, RB_BLACK = 1 };

using rb_augment = bool (*)(rb_node& node);

inline rb_node* rb_parent(rb_node const& node)
{
    return reinterpret_cast<rb_node*>(node.__rb_parent_color & ~3ul);
}

inline bool rb_is_red(rb_node const& node)
{
    return (node.__rb_parent_color & 1) == RB_RED;
}

// Hang a new red leaf into `link`, which is empty and belongs to `parent` (null: link is the root).
inline void rb_link_node(rb_node& node, rb_node* parent, rb_node*& link)
{
    node.__rb_parent_color = reinterpret_cast<unsigned long>(parent);
    node.rb_left = nullptr;
    node.rb_right = nullptr;
    link = &node;
}

// Balance after rb_link_node. With `augment` it also brings everything above the node up to date.
void rb_insert_color(rb_node& node, rb_root& root, rb_augment augment = nullptr);

void rb_erase(rb_node& node, rb_root& root, rb_augment augment = nullptr);

// Recompute from `node` (may be null) upwards until nothing changes.
inline void rb_propagate(rb_node* node, rb_augment augment)
{
    while (node != nullptr && augment(*node))
        node = rb_parent(*node);
}

// In order; null at the end.
rb_node* rb_first(rb_root const& root);
rb_node* rb_last(rb_root const& root);
rb_node* rb_next(rb_node const& node);
rb_node* rb_prev(rb_node const& node);

// What is wrong with links, colours or black heights below `root`; null: nothing. Recurses as deep
// as the tree is high and gives up on a path longer than a tree that fits in memory can have.
char const* rb_check(rb_root const& root);

} // namespace pagelab::lib
