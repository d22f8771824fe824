// Taking addresses from the tree of holes, and joining holes again.
#include "guestkernel/mm/vmap_area.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/atomic.hpp"

namespace pagelab::mm {

namespace {

using lib::align_up;

// Areas that became superfluous by joining go back to where they came from.
void free_areas(vmap_space& space, superfluous_areas const& gone)
{
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

// Cuts [start, start + size) out of a hole; the spare area is used up if it lies in the middle.
// Returns the hole if nothing is left of it.
vmap_area* cut_hole(vmap_space& space, vmap_area& hole, unsigned long start, unsigned long size)
{
    unsigned long const end = start + size;
    if (hole.va_start == start && hole.va_end == end) {
        unlink_area(space.free, hole, augment_max_size);
        return &hole;
    }
    unsigned long const below = hole.va_start;
    if (hole.va_end == end)
        hole.va_end = start;
    else
        hole.va_start = end;
    lib::rb_propagate(&hole.rb_node, augment_max_size);
    if (below < start && hole.va_start == end) {
        vmap_area& spare = *space.ne_fit_preload;
        space.ne_fit_preload = nullptr;
        spare = {};
        spare.va_start = below;
        spare.va_end = start;
        link_area(space.free, find_place(space.free, below), spare, augment_max_size);
    }
    return nullptr;
}

// Takes the lock with a spare area at hand, unless there is no memory for one. The spare that was
// there before may be another CPU's by then.
void preload_and_lock(vmap_space& space, gfp_t gfp)
{
    vmap_area* made = nullptr;
    bool is_out_of_memory = false;
    for (;;) {
        if (lib::read_once(space.ne_fit_preload) == nullptr && made == nullptr) {
            made = allocate_area(space, gfp);
            is_out_of_memory = made == nullptr;
        }
        lib::spin_lock(space.free_vmap_area_lock);
        if (space.ne_fit_preload != nullptr || made != nullptr || is_out_of_memory)
            break;
        lib::spin_unlock(space.free_vmap_area_lock);
    }
    if (space.ne_fit_preload == nullptr)
        space.ne_fit_preload = made;
    else if (made != nullptr)
        space.env.free(space.env.context, made);
}

// Error: no hole fits, or no memory. `emptied` is a hole of which nothing is left. Under the lock.
Result<> take_addresses(vmap_space& space, vmap_area& area, request const& r, unsigned long vend,
                        vmap_area*& emptied)
{
    vmap_area* const hole = find_lowest_match(space, r);
    if (hole == nullptr || start_in(*hole, r) + r.size > vend)
        return Error{"no address space left"};
    unsigned long const start = start_in(*hole, r);
    bool const is_cut_in_two = hole->va_start != start && hole->va_end != start + r.size;
    if (is_cut_in_two && space.ne_fit_preload == nullptr)
        return Error{"no memory for an area"};
    emptied = cut_hole(space, *hole, start, r.size);
    area.va_start = start;
    area.va_end = start + r.size;
    return {};
}

Result<> find_addresses(vmap_space& space, vmap_area& area, request const& r, unsigned long vend,
                        gfp_t gfp)
{
    vmap_area* emptied = nullptr;
    preload_and_lock(space, gfp);
    Result<> const taken = take_addresses(space, area, r, vend, emptied);
    lib::spin_unlock(space.free_vmap_area_lock);
    if (emptied != nullptr)
        space.env.free(space.env.context, emptied);
    return taken;
}

// All lazy areas, in address order, for one purge; null: there are none.
vmap_area* take_lazy_areas(vmap_space& space, unsigned long& start, unsigned long& end)
{
    lib::spin_lock(space.purge_vmap_area_lock);
    list_head& waiting = space.lazy.list;
    vmap_area* first = nullptr;
    if (!lib::list_empty(waiting)) {
        first = CONTAINER_OF(waiting.next, vmap_area, list);
        start = first->va_start;
        end = CONTAINER_OF(waiting.prev, vmap_area, list)->va_end;
        waiting.prev->next = nullptr; // the areas are a chain of their own from here on
        init_area_root(space.lazy);
        space.vmap_lazy_nr = 0;
    }
    lib::spin_unlock(space.purge_vmap_area_lock);
    return first;
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
    Result<> taken = find_addresses(space, *area, r, vend, gfp);
    if (!taken) {
        purge_vmap_area_lazy(space);
        taken = find_addresses(space, *area, r, vend, gfp);
    }
    if (!taken) {
        space.env.free(space.env.context, area);
        return taken.error();
    }
    lib::spin_lock(space.vmap_area_lock);
    link_area(space.busy, find_place(space.busy, area->va_start), *area, nullptr);
    lib::spin_unlock(space.vmap_area_lock);
    return area;
}

vmap_area* find_vmap_area(vmap_space const& space, unsigned long address)
{
    lib::spin_lock(space.vmap_area_lock);
    rb_node* node = space.busy.root.rb_node;
    vmap_area* found = nullptr;
    while (node != nullptr && found == nullptr) {
        vmap_area& area = area_of_node(*node);
        if (address < area.va_start)
            node = node->rb_left;
        else if (address >= area.va_end)
            node = node->rb_right;
        else
            found = &area;
    }
    lib::spin_unlock(space.vmap_area_lock);
    return found;
}

void free_vmap_area(vmap_space& space, vmap_area& area)
{
    lib::spin_lock(space.vmap_area_lock);
    unlink_area(space.busy, area, nullptr);
    lib::spin_unlock(space.vmap_area_lock);
    unsigned long const pages = va_size(area) / kPageSize;
    lib::spin_lock(space.purge_vmap_area_lock);
    superfluous_areas const gone = merge_or_add(space.lazy, area, nullptr);
    space.vmap_lazy_nr += pages;
    bool const is_enough = space.vmap_lazy_nr > space.lazy_max_pages;
    lib::spin_unlock(space.purge_vmap_area_lock);
    free_areas(space, gone);
    if (is_enough)
        purge_vmap_area_lazy(space);
}

void purge_vmap_area_lazy(vmap_space& space)
{
    unsigned long start = 0;
    unsigned long end = 0;
    lib::spin_lock(space.vmap_purge_lock);
    vmap_area* area = take_lazy_areas(space, start, end);
    if (area != nullptr) {
        space.env.flush_tlb_range(space.env.context, start, end);
        lib::atomic_add(space.nr_purges, 1);
    }
    while (area != nullptr) {
        list_head* const next = area->list.next;
        lib::spin_lock(space.free_vmap_area_lock);
        superfluous_areas const gone = merge_or_add(space.free, *area, augment_max_size);
        lib::spin_unlock(space.free_vmap_area_lock);
        free_areas(space, gone);
        area = next != nullptr ? CONTAINER_OF(next, vmap_area, list) : nullptr;
    }
    lib::spin_unlock(space.vmap_purge_lock);
}

} // namespace pagelab::mm
