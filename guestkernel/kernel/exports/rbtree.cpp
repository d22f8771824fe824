// linux/rbtree.h.
#include "guestkernel/lib/rbtree.hpp"

#include "guestkernel/kernel/export.hpp"

using namespace pagelab;
using lib::rb_node;
using lib::rb_root;

namespace {

// The first of the subtree whose children all come before it.
rb_node* deepest_left(rb_node* node)
{
    while (node != nullptr && (node->rb_left != nullptr || node->rb_right != nullptr))
        node = node->rb_left != nullptr ? node->rb_left : node->rb_right;
    return node;
}

rb_node*& link_to(rb_node const& node, rb_root& root)
{
    rb_node* const parent = lib::rb_parent(node);
    return parent == nullptr          ? root.rb_node
           : parent->rb_left == &node ? parent->rb_left
                                      : parent->rb_right;
}

void set_parent(rb_node* node, rb_node& parent)
{
    if (node != nullptr)
        node->__rb_parent_color =
            reinterpret_cast<unsigned long>(&parent) | (node->__rb_parent_color & 1);
}

} // namespace

extern "C" {

void rb_insert_color(rb_node* node, rb_root* root)
{
    lib::rb_insert_color(*node, *root);
}
EXPORT_SYMBOL(rb_insert_color);

void rb_erase(rb_node* node, rb_root* root)
{
    lib::rb_erase(*node, *root);
}
EXPORT_SYMBOL(rb_erase);

// Another node of the same key in its place.
void rb_replace_node(rb_node* victim, rb_node* node, rb_root* root)
{
    link_to(*victim, *root) = node;
    *node = *victim;
    set_parent(node->rb_left, *node);
    set_parent(node->rb_right, *node);
}
EXPORT_SYMBOL(rb_replace_node);

rb_node* rb_next(rb_node const* node)
{
    return lib::rb_next(*node);
}
EXPORT_SYMBOL(rb_next);

rb_node* rb_prev(rb_node const* node)
{
    return lib::rb_prev(*node);
}
EXPORT_SYMBOL(rb_prev);

rb_node* rb_first(rb_root const* root)
{
    return lib::rb_first(*root);
}
EXPORT_SYMBOL(rb_first);

rb_node* rb_last(rb_root const* root)
{
    return lib::rb_last(*root);
}
EXPORT_SYMBOL(rb_last);

rb_node* rb_first_postorder(rb_root const* root)
{
    return deepest_left(root->rb_node);
}
EXPORT_SYMBOL(rb_first_postorder);

rb_node* rb_next_postorder(rb_node const* node)
{
    if (node == nullptr)
        return nullptr;
    rb_node* const parent = lib::rb_parent(*node);
    bool const has_more =
        parent != nullptr && node == parent->rb_left && parent->rb_right != nullptr;
    return has_more ? deepest_left(parent->rb_right) : parent;
}
EXPORT_SYMBOL(rb_next_postorder);

} // extern "C"
