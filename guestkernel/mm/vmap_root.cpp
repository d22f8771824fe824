// Areas in address order: insertion with or without joining, and the largest hole of a subtree.
#include "guestkernel/mm/vmap_root.hpp"

namespace pagelab::mm {

bool augment_max_size(rb_node& node)
{
    vmap_area& area = area_of_node(node);
    unsigned long max = va_size(area);
    unsigned long const left = max_below(node.rb_left);
    unsigned long const right = max_below(node.rb_right);
    max = left > max ? left : max;
    max = right > max ? right : max;
    bool const changed = area.subtree_max_size != max;
    area.subtree_max_size = max;
    return changed;
}

void init_area_root(vmap_area_root& root)
{
    root.root.rb_node = nullptr;
    lib::init_list_head(root.list);
}

area_place find_place(vmap_area_root& root, unsigned long start)
{
    area_place at = {};
    at.link = &root.root.rb_node;
    while (*at.link != nullptr) {
        at.parent = *at.link;
        vmap_area& other = area_of_node(*at.parent);
        bool const below = start < other.va_start;
        (below ? at.next : at.previous) = &other;
        at.link = below ? &at.parent->rb_left : &at.parent->rb_right;
    }
    return at;
}

void link_area(vmap_area_root& root, area_place const& at, vmap_area& area, lib::rb_augment augment)
{
    lib::rb_link_node(area.rb_node, at.parent, *at.link);
    lib::rb_insert_color(area.rb_node, root.root, augment);
    lib::list_add(area.list, at.previous != nullptr ? at.previous->list : root.list);
}

void unlink_area(vmap_area_root& root, vmap_area& area, lib::rb_augment augment)
{
    lib::rb_erase(area.rb_node, root.root, augment);
    lib::list_del(area.list);
}

superfluous_areas merge_or_add(vmap_area_root& root, vmap_area& area, lib::rb_augment augment)
{
    area_place const at = find_place(root, area.va_start);
    bool const joins_next = at.next != nullptr && at.next->va_start == area.va_end;
    bool const joins_previous = at.previous != nullptr && at.previous->va_end == area.va_start;
    if (!joins_next && !joins_previous) {
        link_area(root, at, area, augment);
        return {};
    }
    vmap_area& whole = joins_previous ? *at.previous : *at.next;
    vmap_area* const swallowed = joins_previous && joins_next ? at.next : nullptr;
    if (swallowed != nullptr)
        unlink_area(root, *swallowed, augment);
    if (joins_previous)
        whole.va_end = swallowed != nullptr ? swallowed->va_end : area.va_end;
    else
        whole.va_start = area.va_start;
    if (augment != nullptr)
        lib::rb_propagate(&whole.rb_node, augment);
    return {{&area, swallowed}};
}

} // namespace pagelab::mm
