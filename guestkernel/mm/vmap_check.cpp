// Verifies the address space of vmalloc: trees, lists, holes and what is taken.
#include "guestkernel/mm/vmap_area.hpp"

#include "guestkernel/lib/align.hpp"

namespace pagelab::mm {

namespace {

// Tree and list of a root are the same areas in the same order, apart from each other.
char const* check_root(vmap_area_root const& root, unsigned long& pages)
{
    if (char const* const damage = lib::rb_check(root.root))
        return damage;
    list_head const* link = root.list.next;
    unsigned long end = 0;
    for (rb_node* node = lib::rb_first(root.root); node != nullptr; node = lib::rb_next(*node)) {
        vmap_area const& area = *CONTAINER_OF(node, vmap_area, rb_node);
        if (link != &area.list || link->next->prev != link)
            return "list of areas differs from the tree";
        if (area.va_start >= area.va_end || !lib::is_aligned<uint64_t>(area.va_start, kPageSize) ||
            !lib::is_aligned<uint64_t>(area.va_end, kPageSize))
            return "area is empty or no whole pages";
        if (area.va_start < end)
            return "areas overlap or are out of order";
        end = area.va_end;
        pages += (area.va_end - area.va_start) / kPageSize;
        link = link->next;
    }
    return link == &root.list ? nullptr : "list of areas is longer than the tree";
}

// The largest hole below a node; `damage` is set where a node says otherwise.
unsigned long check_augmentation(rb_node const* node, char const*& damage)
{
    if (node == nullptr)
        return 0;
    vmap_area const& hole = *CONTAINER_OF(node, vmap_area, rb_node);
    unsigned long max = hole.va_end - hole.va_start;
    unsigned long const left = check_augmentation(node->rb_left, damage);
    unsigned long const right = check_augmentation(node->rb_right, damage);
    max = left > max ? left : max;
    max = right > max ? right : max;
    if (hole.subtree_max_size != max)
        damage = "largest hole of a subtree is wrong";
    return max;
}

} // namespace

char const* check_vmap_space(vmap_space const& space)
{
    vmap_area_root const* const roots[] = {&space.busy, &space.lazy, &space.free};
    unsigned long pages[3] = {};
    for (unsigned i = 0; i < 3; i++) {
        if (char const* const damage = check_root(*roots[i], pages[i]))
            return damage;
    }
    if (pages[1] != space.vmap_lazy_nr)
        return "vmap_lazy_nr differs from the lazy areas";
    char const* damage = nullptr;
    check_augmentation(space.free.root.rb_node, damage);
    if (damage != nullptr)
        return damage;
    // Merge the three lists: they must cover the space without gap or overlap.
    list_head const* at[3];
    for (unsigned i = 0; i < 3; i++)
        at[i] = roots[i]->list.next;
    for (unsigned long next = space.start; next != space.end;) {
        bool found = false;
        for (unsigned i = 0; i < 3 && !found; i++) {
            vmap_area const* const area = CONTAINER_OF(at[i], vmap_area, list);
            found = at[i] != &roots[i]->list && area->va_start == next;
            if (found) {
                if (i == 2 && area->list.prev != &space.free.list &&
                    CONTAINER_OF(area->list.prev, vmap_area, list)->va_end == next)
                    return "holes side by side are not joined";
                next = area->va_end;
                at[i] = at[i]->next;
            }
        }
        if (!found)
            return "addresses are in no area, or in two";
    }
    return nullptr;
}

} // namespace pagelab::mm
