// Verifies every invariant of a SLAB cache and returns the first damage found.
//
//   links    each link's neighbours point back; a list ends and leads through pages that exist
//   slab     PG_slab, this cache; its objects and its free list lie where the layout has them; the
//            numbers of its free objects are in range and different
//   places   free, partial and full slabs are on the lists that say so
//   arrays   not overfull; each entry is an object of this cache that its slab counts as taken, and
//            is in no array twice
//   counts   total_slabs, free_slabs and free_objects are what the lists hold
//
// Time: linear in the slabs, the square of the objects in arrays. Safe on damaged structures as
// long as the pages that exist are readable.
#include "guestkernel/mm/slab/slab_array_operations.hpp"

namespace pagelab::mm {

namespace {

struct range {
    unsigned least; // of a slab's active objects
    unsigned most;
};

struct array_checker {
    kmem_cache const& s;
    kmem_cache_node_array const& n;
    unsigned long slabs = 0;
    unsigned long free_objects = 0;

    slab_damage report(char const* what, void const* address = nullptr) const
    {
        return {what, &s, address};
    }

    bool is_page_link(list_head const* link) const
    {
        pglist_data const& pgdat = *s.caches->env.pgdat;
        uintptr_t const offset = reinterpret_cast<uintptr_t>(link) -
                                 reinterpret_cast<uintptr_t>(&pgdat.node_mem_map->lru);
        unsigned long const pfn = static_cast<unsigned long>(offset / sizeof(page));
        return offset % sizeof(page) == 0 && pfn - pgdat.node_start_pfn < pgdat.node_spanned_pages;
    }

    bool is_slot(slab const& sl, void const* slot) const
    {
        unsigned const index = slot_to_index(s, sl, slot);
        return index < s.array.num && index_to_slot(s, sl, index) == slot;
    }

    slab_damage check_freelist(slab const& sl) const;
    slab_damage check_slab(slab const& sl, range allowed) const;
    slab_damage check_list(list_head const& head, range allowed);
    slab_damage check_lists();
    slab_damage check_entry(array_cache const& ac, unsigned i) const;
    slab_damage check_array(array_cache const& ac) const;
    slab_damage check_arrays() const;
};

slab_damage array_checker::check_freelist(slab const& sl) const
{
    char* const begin = slab_address(s.caches->env, sl);
    size_t const bytes = kPageSize << s.array.gfporder;
    if (is_objfreelist_slab(s)) {
        if ((sl.freelist == nullptr) != (sl.active == s.array.num))
            return report("free list of a full slab", &sl);
        if (sl.freelist != nullptr && !is_slot(sl, sl.freelist))
            return report("free list is in no object", &sl);
    } else if (is_off_slab(s)) {
        slab const* const other = virt_to_slab(s.caches->env, sl.freelist);
        if (other == nullptr || other->slab_cache != s.array.freelist_cache)
            return report("free list is not where such lists are", &sl);
    } else if (sl.freelist != begin + bytes - s.array.freelist_size) {
        return report("free list is not at the slab's end", &sl);
    }
    bool is_listed[SLAB_OBJ_MAX_NUM] = {};
    for (unsigned i = sl.active; i < s.array.num; i++) {
        unsigned const index = static_cast<freelist_idx_t const*>(sl.freelist)[i];
        if (index >= s.array.num || is_listed[index])
            return report("number on the free list is wrong or there twice", &sl);
        is_listed[index] = true;
    }
    return {};
}

slab_damage array_checker::check_slab(slab const& sl, range allowed) const
{
    if (!page_flag(slab_page(sl), PG_slab) || sl.slab_cache != &s)
        return report("page is not a slab of this cache", &sl);
    if (sl.active < allowed.least || sl.active > allowed.most)
        return report("slab is on a list for others", &sl);
    size_t const colour =
        static_cast<size_t>(static_cast<char*>(sl.s_mem) - slab_address(s.caches->env, sl));
    bool const is_colour = colour % s.array.colour_off == 0 &&
                           (colour == 0 || colour / s.array.colour_off < s.array.colour);
    return is_colour ? check_freelist(sl) : report("objects begin at no colour", &sl);
}

slab_damage array_checker::check_list(list_head const& head, range allowed)
{
    list_head const* previous = &head;
    for (list_head* link = head.next; link != &head; link = link->next) {
        if (!is_page_link(link))
            return report("list leads to no page", previous);
        if (link->prev != previous)
            return report("list does not lead back", link);
        slab const& sl = slab_of_link(link);
        if (slab_damage const found = check_slab(sl, allowed))
            return found;
        previous = link;
        free_objects += s.array.num - sl.active;
        if (++slabs > n.total_slabs)
            return report("more slabs on the lists than counted", &sl);
    }
    return head.prev == previous ? slab_damage{} : report("list does not lead back", &head);
}

slab_damage array_checker::check_lists()
{
    unsigned const num = s.array.num;
    if (slab_damage const found = check_list(n.slabs_free, {0, 0}))
        return found;
    if (slabs != n.free_slabs)
        return report("free_slabs differs from the list");
    if (slab_damage const found = check_list(n.slabs_partial, {1, num - 1}))
        return found;
    if (slab_damage const found = check_list(n.slabs_full, {num, num}))
        return found;
    if (slabs != n.total_slabs)
        return report("total_slabs differs from the lists");
    if (free_objects != n.free_objects)
        return report("free_objects differs from the lists");
    return {};
}

slab_damage array_checker::check_entry(array_cache const& ac, unsigned i) const
{
    void* const slot = array_entries(ac)[i];
    slab const* const sl = virt_to_slab(s.caches->env, slot);
    if (sl == nullptr || sl->slab_cache != &s || !is_slot(*sl, slot))
        return report("entry of an array is no object of this cache", slot);
    for (unsigned j = sl->active; j < s.array.num; j++) {
        if (static_cast<freelist_idx_t const*>(sl->freelist)[j] == slot_to_index(s, *sl, slot))
            return report("object is in an array and on its slab's free list", slot);
    }
    for (unsigned j = 0; j < i; j++) {
        if (array_entries(ac)[j] == slot)
            return report("object is in an array twice", slot);
    }
    return {};
}

slab_damage array_checker::check_array(array_cache const& ac) const
{
    if (ac.avail > ac.limit)
        return report("array is overfull", &ac);
    for (unsigned i = 0; i < ac.avail; i++) {
        if (slab_damage const found = check_entry(ac, i))
            return found;
    }
    return {};
}

slab_damage array_checker::check_arrays() const
{
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        if (slab_damage const found = check_array(*s.cpu_cache[cpu]))
            return found;
    }
    return n.shared != nullptr ? check_array(*n.shared) : slab_damage{};
}

} // namespace

slab_damage slab_array_check(kmem_cache const& s)
{
    array_checker checker{s, *s.array.node};
    if (slab_damage const found = checker.check_lists())
        return found;
    return checker.check_arrays();
}

} // namespace pagelab::mm
