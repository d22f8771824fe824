// Verifies every invariant of a SLUB cache and returns the first damage found.
//
//   sizes     objects fit the slab; the free pointer lies in the slot
//   slab      PG_slab, this cache, inuse <= objects; its free list stays inside, has no object
//             twice and is objects - inuse long
//   places    slabs on the node's lists are not frozen and have (partial) or lack (full) free
//             objects; a CPU's are frozen, its slab counted as full
//   counts    nr_partial is the list's length; nr_slabs and total_objects are not less than what
//             the lists and CPUs hold
//
// Time: the square of a slab's objects, for each slab. Patterns are validate_slab_cache's.
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

struct census {
    unsigned long slabs = 0;
    unsigned long objects = 0;
};

// Free objects from `first` on, up to one more than the slab has; null: the list leads outside.
char const* walk_freelist(kmem_cache const& s, slab const& sl, void const* first, unsigned& length)
{
    auto const begin = reinterpret_cast<uintptr_t>(slab_object(s, sl, 0));
    unsigned const objects = slab_objects(sl);
    unsigned const size = s.size;
    length = 0;
    for (void const* p = first; p != nullptr; p = get_freepointer(s, p)) {
        uintptr_t const offset = reinterpret_cast<uintptr_t>(p) - begin;
        if (offset >= uintptr_t{objects} * size || static_cast<unsigned>(offset) % size != 0)
            return "free list leads out of the slab";
        if (++length > objects)
            return "free list is a circle";
    }
    return nullptr;
}

char const* check_page(kmem_cache const& s, slab const& sl)
{
    page const& p = slab_page(sl);
    if (!page_flag(p, PG_slab) || p._refcount <= 0)
        return "slab's page is not a slab's";
    if (sl.slab_cache != &s)
        return "slab is another cache's";
    if (slab_objects(sl) != (kPageSize << compound_order(p)) / s.size)
        return "slab has a wrong number of objects";
    return sl.inuse > slab_objects(sl) ? "more objects in use than there are" : nullptr;
}

// Without a CPU's list: all free objects are on the slab's own.
char const* check_free_count(kmem_cache const& s, slab const& sl)
{
    unsigned nr_free = 0;
    if (char const* const wrong = walk_freelist(s, sl, sl.freelist, nr_free))
        return wrong;
    return sl.inuse + nr_free != slab_objects(sl) ? "free list and inuse disagree" : nullptr;
}

char const* check_listed(kmem_cache const& s, slab const& sl, list_head const* list)
{
    if (sl.slab_list.next->prev != &sl.slab_list)
        return "list of slabs is broken";
    if (char const* const wrong = check_page(s, sl))
        return wrong;
    if (slab_frozen(sl))
        return "frozen slab is on the node's list";
    if ((list == &get_node(s).full) != (sl.inuse == slab_objects(sl)))
        return "slab is on the wrong list";
    return check_free_count(s, sl);
}

slab_damage check_list(kmem_cache const& s, list_head const* list, census& found)
{
    for (list_head* link = list->next; link != list; link = link->next) {
        slab const& sl = slab_of_link(link);
        if (char const* const wrong = check_listed(s, sl, list))
            return {wrong, &s, &sl};
        found.slabs++;
        found.objects += slab_objects(sl);
    }
    return {};
}

char const* check_cpu_slab(kmem_cache const& s, kmem_cache_cpu const& c)
{
    slab const& sl = *c.slab;
    if (char const* const wrong = check_page(s, sl))
        return wrong;
    if (!slab_frozen(sl))
        return "the cpu's slab is not frozen";
    unsigned nr_free = 0;
    if (char const* const wrong = walk_freelist(s, sl, c.freelist, nr_free))
        return wrong;
    return check_free_count(s, sl);
}

slab_damage check_cpu(kmem_cache const& s, kmem_cache_cpu const& c, census& found)
{
    if (c.slab == nullptr && c.freelist != nullptr)
        return {"the cpu has objects of no slab", &s, c.freelist};
    if (c.slab != nullptr) {
        if (char const* const wrong = check_cpu_slab(s, c))
            return {wrong, &s, c.slab};
        found.slabs++;
        found.objects += slab_objects(*c.slab);
    }
    int left = c.partial != nullptr ? c.partial->slabs : 0;
    for (slab const* sl = c.partial; sl != nullptr; sl = sl->next, left--) {
        char const* wrong = check_page(s, *sl);
        if (wrong == nullptr && (!slab_frozen(*sl) || sl->inuse == slab_objects(*sl)))
            wrong = "slab does not belong on the cpu's partial list";
        if (wrong == nullptr && sl->slabs != left)
            wrong = "the cpu's partial list is miscounted";
        if (wrong == nullptr)
            wrong = check_free_count(s, *sl);
        if (wrong != nullptr)
            return {wrong, &s, sl};
        found.slabs++;
        found.objects += slab_objects(*sl);
    }
    return {};
}

} // namespace

slab_damage slub_check(kmem_cache const& s)
{
    kmem_cache_node const& n = get_node(s);
    if (oo_objects(s.oo) == 0 || s.offset + sizeof(void*) > s.size || s.inuse > s.size)
        return {"sizes do not fit", &s, nullptr};
    census found;
    if (slab_damage const damage = check_list(s, &n.partial, found))
        return damage;
    if (n.nr_partial != found.slabs)
        return {"nr_partial is not the list's length", &s, &n};
    if (slab_damage const damage = check_list(s, &n.full, found))
        return damage;
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        if (slab_damage const damage = check_cpu(s, s.cpu_slab[cpu], found))
            return damage;
    }
    bool const knows_all = kmem_cache_debug_flags(s, SLAB_STORE_USER); // full ones are listed
    bool const fits = knows_all ? found.slabs == n.nr_slabs && found.objects == n.total_objects
                                : found.slabs <= n.nr_slabs && found.objects <= n.total_objects;
    return fits ? slab_damage{} : slab_damage{"nr_slabs or total_objects is wrong", &s, &n};
}

} // namespace pagelab::mm
