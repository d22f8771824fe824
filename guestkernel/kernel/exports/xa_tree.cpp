// The tree of an xarray's entries.
#include "guestkernel/kernel/exports/xarray.hpp"

namespace pagelab::kernel {

namespace {

unsigned long count_below(lib::rb_node* link)
{
    return link != nullptr ? node_of(link)->count : 0;
}

bool count_again(lib::rb_node& link)
{
    xa_node& node = *node_of(&link);
    unsigned long const before = node.count;
    node.count = 1 + count_below(link.rb_left) + count_below(link.rb_right);
    return node.count != before;
}

} // namespace

xa_node* xa_lower_bound(xarray const& xa, unsigned long index)
{
    xa_node* found = nullptr;
    for (xa_node* node = node_of(xa.xa_root.rb_node); node != nullptr;) {
        if (node->index < index) {
            node = node_of(node->link.rb_right);
        } else {
            found = node;
            node = node_of(node->link.rb_left);
        }
    }
    return found;
}

void xa_insert_node(xarray& xa, xa_node& node)
{
    lib::rb_node* parent = nullptr;
    lib::rb_node** link = &xa.xa_root.rb_node;
    while (*link != nullptr) {
        parent = *link;
        link = node.index < node_of(parent)->index ? &parent->rb_left : &parent->rb_right;
    }
    node.count = 0;
    lib::rb_link_node(node.link, parent, *link);
    lib::rb_insert_color(node.link, xa.xa_root, count_again);
}

void xa_unlink(xarray& xa, xa_node& node)
{
    lib::rb_erase(node.link, xa.xa_root, count_again);
}

// All indices up to a node are taken if it has as many before it.
unsigned long xa_taken_from(xarray const& xa, unsigned long from)
{
    unsigned long base = 0; // entries before `from`
    for (xa_node* node = node_of(xa.xa_root.rb_node); node != nullptr;) {
        bool const is_before = node->index < from;
        base += is_before ? 1 + count_below(node->link.rb_left) : 0;
        node = node_of(is_before ? node->link.rb_right : node->link.rb_left);
    }
    unsigned long taken = 0;
    unsigned long before = 0;
    for (xa_node* node = node_of(xa.xa_root.rb_node); node != nullptr;) {
        unsigned long const rank = before + count_below(node->link.rb_left);
        bool const is_dense = node->index >= from && rank - base == node->index - from;
        if (is_dense)
            taken = node->index - from + 1;
        if (node->index < from || is_dense) {
            before = rank + 1;
            node = node_of(node->link.rb_right);
        } else {
            node = node_of(node->link.rb_left);
        }
    }
    return taken;
}

} // namespace pagelab::kernel
