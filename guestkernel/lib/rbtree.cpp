// Red-black trees: rotations and the case analyses of insertion and removal.
//
// Left and right are mirror images, so the cases are written once, for a `side` and its opposite.
#include "guestkernel/lib/rbtree.hpp"

namespace pagelab::lib {

namespace {

enum class side : unsigned char { left, right };

constexpr side opposite(side s)
{
    return s == side::left ? side::right : side::left;
}

rb_node*& child(rb_node& node, side s)
{
    return s == side::left ? node.rb_left : node.rb_right;
}

bool is_red(rb_node const* node)
{
    return node != nullptr && rb_is_red(*node); // no node is a black leaf
}

void set_parent(rb_node& node, rb_node* parent)
{
    node.__rb_parent_color =
        reinterpret_cast<unsigned long>(parent) | (node.__rb_parent_color & RB_BLACK);
}

void set_color(rb_node& node, unsigned long color)
{
    node.__rb_parent_color = (node.__rb_parent_color & ~3ul) | color;
}

// Let whoever pointed to `old_node`, below `parent`, point to `new_node`.
void replace_child(rb_root& root, rb_node* parent, rb_node const& old_node, rb_node* new_node)
{
    if (parent == nullptr)
        root.rb_node = new_node;
    else
        child(*parent, parent->rb_left == &old_node ? side::left : side::right) = new_node;
}

// The node sinks to side `down`, its child from the other side takes its place.
void rotate(rb_root& root, rb_node& node, side down, rb_augment augment)
{
    rb_node& riser = *child(node, opposite(down));
    rb_node* const moved = child(riser, down);
    child(node, opposite(down)) = moved;
    if (moved != nullptr)
        set_parent(*moved, &node);
    rb_node* const parent = rb_parent(node);
    replace_child(root, parent, node, &riser);
    set_parent(riser, parent);
    child(riser, down) = &node;
    set_parent(node, &riser);
    if (augment != nullptr) {
        augment(node);
        augment(riser);
    }
}

// The subtree at parent's `short_side` has one black node too few on every path.
void erase_color(rb_root& root, rb_node* node, rb_node* parent, rb_augment augment)
{
    while (parent != nullptr && !is_red(node)) {
        side const here = parent->rb_left == node ? side::left : side::right;
        side const there = opposite(here);
        rb_node* sibling = child(*parent, there);
        if (is_red(sibling)) {
            set_color(*sibling, RB_BLACK);
            set_color(*parent, RB_RED);
            rotate(root, *parent, here, augment);
            sibling = child(*parent, there);
        }
        if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
            set_color(*sibling, RB_RED);
            node = parent;
            parent = rb_parent(*node);
            continue;
        }
        if (!is_red(child(*sibling, there))) {
            set_color(*child(*sibling, here), RB_BLACK);
            set_color(*sibling, RB_RED);
            rotate(root, *sibling, there, augment);
            sibling = child(*parent, there);
        }
        set_color(*sibling, rb_is_red(*parent) ? RB_RED : RB_BLACK);
        set_color(*parent, RB_BLACK);
        set_color(*child(*sibling, there), RB_BLACK);
        rotate(root, *parent, here, augment);
        return;
    }
    if (node != nullptr)
        set_color(*node, RB_BLACK);
}

void augment_path(rb_node* node, rb_augment augment)
{
    for (; node != nullptr; node = rb_parent(*node))
        augment(*node);
}

rb_node* extreme(rb_node* node, side s)
{
    while (node != nullptr && child(*node, s) != nullptr)
        node = child(*node, s);
    return node;
}

rb_node* neighbour(rb_node const& node, side s)
{
    if (rb_node* const below = s == side::left ? node.rb_left : node.rb_right)
        return extreme(below, opposite(s));
    rb_node const* from = &node;
    rb_node* parent = rb_parent(node);
    while (parent != nullptr && child(*parent, s) == from) {
        from = parent;
        parent = rb_parent(*parent);
    }
    return parent;
}

} // namespace

void rb_insert_color(rb_node& inserted, rb_root& root, rb_augment augment)
{
    if (augment != nullptr)
        augment_path(&inserted, augment);
    rb_node* node = &inserted;
    rb_node* parent = rb_parent(*node);
    while (is_red(parent)) {
        rb_node& grandparent = *rb_parent(*parent); // a red node is not the root
        side const here = grandparent.rb_left == parent ? side::left : side::right;
        rb_node* const uncle = child(grandparent, opposite(here));
        if (is_red(uncle)) {
            set_color(*uncle, RB_BLACK);
            set_color(*parent, RB_BLACK);
            set_color(grandparent, RB_RED);
            node = &grandparent;
            parent = rb_parent(*node);
            continue;
        }
        if (child(*parent, opposite(here)) == node) {
            rotate(root, *parent, here, augment);
            parent = node;
        }
        set_color(*parent, RB_BLACK);
        set_color(grandparent, RB_RED);
        rotate(root, grandparent, opposite(here), augment);
        return;
    }
    if (parent == nullptr)
        set_color(*node, RB_BLACK);
}

void rb_erase(rb_node& node, rb_root& root, rb_augment augment)
{
    // A node with two children changes places with its successor, which has no left child.
    rb_node* const successor = node.rb_left != nullptr && node.rb_right != nullptr
                                   ? extreme(node.rb_right, side::left)
                                   : nullptr;
    rb_node& leaving = successor != nullptr ? *successor : node;
    rb_node* const orphan = leaving.rb_left != nullptr ? leaving.rb_left : leaving.rb_right;
    rb_node* parent = rb_parent(leaving);
    bool const lost_black = !rb_is_red(leaving);
    replace_child(root, parent, leaving, orphan);
    if (orphan != nullptr)
        set_parent(*orphan, parent);
    if (successor != nullptr) {
        parent = parent == &node ? successor : parent;
        *successor = node;
        replace_child(root, rb_parent(node), node, successor);
        set_parent(*successor->rb_left, successor);
        if (successor->rb_right != nullptr)
            set_parent(*successor->rb_right, successor);
    }
    if (augment != nullptr)
        augment_path(parent, augment);
    if (lost_black)
        erase_color(root, orphan, parent, augment);
}

rb_node* rb_first(rb_root const& root)
{
    return extreme(root.rb_node, side::left);
}

rb_node* rb_last(rb_root const& root)
{
    return extreme(root.rb_node, side::right);
}

rb_node* rb_next(rb_node const& node)
{
    return neighbour(node, side::right);
}

rb_node* rb_prev(rb_node const& node)
{
    return neighbour(node, side::left);
}

} // namespace pagelab::lib
