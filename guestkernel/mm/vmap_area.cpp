// Taking addresses from the tree of holes, and joining holes again.
#include "guestkernel/mm/vmap_area.hpp"

#include "guestkernel/lib/align.hpp"

namespace pagelab::mm {

namespace {

using lib::align_up;

// Areas that became superfluous by joining go back to where they came from.
void join_area(vmap_space& space, vmap_area_root& root, vmap_area& area, lib::rb_augment augment)
{
    superfluous_areas const gone = merge_or_add(root, area, augment);
    for (vmap_area* one : gone.areas) {
        if (one != nullptr)
            space.env.free(space.env.context, one);
    }
}

struct request {
    unsigned long size;
    unsigned long align;
    unsigned long vstart;
};

// Where the request would start in the hole.
unsigned long start_in(vmap_area const& hole, request const& r)
{
    unsigned long const lowest = hole.va_start > r.vstart ? hole.va_start : r.vstart;
    return align_up(lowest, r.align);
}

bool fits(vmap_area const& hole, request const& r)
{
    unsigned long const start = start_in(hole, r);
    bool const wraps = start < r.vstart || start < hole.va_start || start + r.size < start;
    return !wraps && start + r.size <= hole.va_end;
}

// The lowest hole that fits. A subtree is worth visiting if its largest hole would do even with the
// worst alignment; with alignment beyond a page a hole that fits by luck is overlooked, as in
// Linux.
vmap_area* find_lowest_match(vmap_space const& space, request const& r)
{
    unsigned long const length = r.align > kPageSize ? r.size + r.align - 1 : r.size;
    rb_node* node = space.free.root.rb_node;
    while (node != nullptr) {
        vmap_area& hole = area_of_node(*node);
        if (max_below(node->rb_left) >= length && r.vstart < hole.va_start) {
            node = node->rb_left;
            continue;
        }
        if (fits(hole, r))
            return &hole;
        if (max_below(node->rb_right) >= length) {
            node = node->rb_right;
            continue;
        }
        // Nothing here: back up to the first place whose right side is still unseen.
        rb_node const* from = node;
        node = lib::rb_parent(*node);
        for (; node != nullptr; from = node, node = lib::rb_parent(*node)) {
            if (node->rb_right == from)
                continue;
            if (fits(area_of_node(*node), r))
                return &area_of_node(*node);
            if (max_below(node->rb_right) >= length) {
                node = node->rb_right;
                break;
            }
        }
    }
    return nullptr;
}

vmap_area* allocate_area(vmap_space& space, gfp_t gfp)
{
    void* const object = space.env.allocate(space.env.context, sizeof(vmap_area), gfp);
    return static_cast<vmap_area*>(object);
}

// Cuts [start, start + size) out of a hole; `spare` is used up if it lies in the middle.
void cut_hole(vmap_space& space, vmap_area& hole, unsigned long start, unsigned long size,
              vmap_area* spare)
{
    unsigned long const end = start + size;
    if (hole.va_start == start && hole.va_end == end) {
        unlink_area(space.free, hole, augment_max_size);
        space.env.free(space.env.context, &hole);
        return;
    }
    unsigned long const below = hole.va_start;
    if (hole.va_end == end)
        hole.va_end = start;
    else
        hole.va_start = end;
    lib::rb_propagate(&hole.rb_node, augment_max_size);
    if (below < start && hole.va_start == end) {
        spare->va_start = below;
        spare->va_end = start;
        link_area(space.free, find_place(space.free, below), *spare, augment_max_size);
    }
}

// Error: no hole fits, or no memory.
Result<> take_addresses(vmap_space& space, vmap_area& area, request const& r, unsigned long vend,
                        gfp_t gfp)
{
    vmap_area* const hole = find_lowest_match(space, r);
    if (hole == nullptr || start_in(*hole, r) + r.size > vend)
        return Error{"no address space left"};
    unsigned long const start = start_in(*hole, r);
    vmap_area* spare = nullptr;
    if (hole->va_start != start && hole->va_end != start + r.size) {
        spare = allocate_area(space, gfp);
        if (spare == nullptr)
            return Error{"no memory for an area"};
        *spare = {};
    }
    cut_hole(space, *hole, start, r.size, spare);
    area.va_start = start;
    area.va_end = start + r.size;
    return {};
}

} // namespace

Result<> vmap_space_init(vmap_space& space, vmap_environment const& env, unsigned long start,
                         unsigned long end)
{
    constexpr unsigned long kLazyBytes = 32ul << 20; // per doubling of CPUs; there is one
    space = {};
    space.env = env;
    space.start = start;
    space.end = end;
    space.lazy_max_pages = kLazyBytes / kPageSize;
    init_area_root(space.busy);
    init_area_root(space.lazy);
    init_area_root(space.free);
    vmap_area* const hole = allocate_area(space, GFP_KERNEL);
    if (hole == nullptr)
        return Error{"no memory for an area"};
    *hole = {};
    hole->va_start = start;
    hole->va_end = end;
    link_area(space.free, find_place(space.free, start), *hole, augment_max_size);
    return {};
}

Result<vmap_area*> alloc_vmap_area(vmap_space& space, unsigned long size, unsigned long align,
                                   unsigned long vstart, unsigned long vend, gfp_t gfp)
{
    vmap_area* const area = allocate_area(space, gfp);
    if (area == nullptr)
        return Error{"no memory for an area"};
    *area = {};
    request const r{size, align, vstart};
    Result<> taken = take_addresses(space, *area, r, vend, gfp);
    if (!taken && purge_vmap_area_lazy(space))
        taken = take_addresses(space, *area, r, vend, gfp);
    if (!taken) {
        space.env.free(space.env.context, area);
        return taken.error();
    }
    link_area(space.busy, find_place(space.busy, area->va_start), *area, nullptr);
    return area;
}

vmap_area* find_vmap_area(vmap_space const& space, unsigned long address)
{
    rb_node* node = space.busy.root.rb_node;
    while (node != nullptr) {
        vmap_area& area = area_of_node(*node);
        if (address < area.va_start)
            node = node->rb_left;
        else if (address >= area.va_end)
            node = node->rb_right;
        else
            return &area;
    }
    return nullptr;
}

void free_vmap_area(vmap_space& space, vmap_area& area)
{
    unlink_area(space.busy, area, nullptr);
    space.vmap_lazy_nr += va_size(area) / kPageSize;
    join_area(space, space.lazy, area, nullptr);
    if (space.vmap_lazy_nr > space.lazy_max_pages)
        purge_vmap_area_lazy(space);
}

bool purge_vmap_area_lazy(vmap_space& space)
{
    list_head& waiting = space.lazy.list;
    if (lib::list_empty(waiting))
        return false;
    space.env.flush_tlb_range(space.env.context,
                              CONTAINER_OF(waiting.next, vmap_area, list)->va_start,
                              CONTAINER_OF(waiting.prev, vmap_area, list)->va_end);
    for (list_head* link = waiting.next; link != &waiting;) {
        vmap_area& area = *CONTAINER_OF(link, vmap_area, list);
        link = link->next;
        join_area(space, space.free, area, augment_max_size);
    }
    init_area_root(space.lazy);
    space.vmap_lazy_nr = 0;
    space.nr_purges++;
    return true;
}

} // namespace pagelab::mm
