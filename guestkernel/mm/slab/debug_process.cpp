// A debugged cache's slow and careful way.
#include "guestkernel/mm/slab/debug_process.hpp"

#include "guestkernel/mm/slab/debug_object.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

void trace(kmem_cache const& s, slab const& sl, void const* object, char const* what)
{
    if ((s.flags & SLAB_TRACE) == 0)
        return;
    environment const& out = slab_output(s);
    printk(out, log_level::info, "TRACE %s %s 0x%p inuse=%u fp=0x%p\n", s.name, what, object,
           unsigned{sl.inuse}, sl.freelist);
    slab_dump_stack(s.caches->env);
}

bool alloc_consistency_checks(kmem_cache& s, slab& sl, void* object)
{
    if (!check_slab(s, sl))
        return false;
    if (!check_valid_pointer(s, sl, object)) {
        object_err(s, sl, object, "Freelist Pointer check fails");
        return false;
    }
    return check_object(s, sl, object, SLUB_RED_INACTIVE);
}

bool alloc_debug_processing(kmem_cache& s, slab& sl, void* object)
{
    bool const checks = kmem_cache_debug_flags(s, SLAB_CONSISTENCY_CHECKS);
    if (checks && !alloc_consistency_checks(s, sl, object)) {
        slab_fix(s, "Marking all objects used");
        sl.inuse = static_cast<uint16_t>(slab_objects(sl));
        sl.freelist = nullptr;
        return false;
    }
    trace(s, sl, object, "alloc");
    init_object(s, object, SLUB_RED_ACTIVE);
    return true;
}

// The slab's next free object; its links may be damaged, its bytes not yet looked at.
void* pop_object(kmem_cache& s, slab& sl)
{
    void* const object = sl.freelist;
    if (check_valid_pointer(s, sl, object))
        sl.freelist = get_freepointer(s, object);
    sl.inuse++;
    return object;
}

// Under list_lock.
void* alloc_single_from_list(kmem_cache& s, kmem_cache_node& n)
{
    while (!lib::list_empty(n.partial)) {
        slab& sl = slab_of_link(n.partial.next);
        void* const object = pop_object(s, sl);
        if (!alloc_debug_processing(s, sl, object)) {
            remove_partial(n, sl);
            add_full(s, n, sl);
            continue;
        }
        if (sl.inuse == slab_objects(sl)) {
            remove_partial(n, sl);
            add_full(s, n, sl);
        }
        return object;
    }
    return nullptr;
}

void* alloc_single_from_partial(kmem_cache& s)
{
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    void* const object = alloc_single_from_list(s, n);
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return object;
}

void* alloc_single_from_new_slab(kmem_cache& s, gfp_t gfp)
{
    slab* const sl = new_slab(s, gfp);
    if (sl == nullptr)
        return nullptr;
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    void* const object = pop_object(s, *sl);
    bool const is_sound = alloc_debug_processing(s, *sl, object);
    if (sl->inuse == slab_objects(*sl))
        add_full(s, n, *sl);
    else
        add_partial(n, *sl, list_end::head);
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return is_sound ? object : nullptr;
}

void report_foreign_object(kmem_cache& s, slab& sl, void* object)
{
    if (!page_flag(slab_page(sl), PG_slab))
        slab_err(s, sl, "Attempt to free object(0x%p) outside of slab", object);
    else
        object_err(s, sl, object, "page slab pointer corrupt.");
}

bool free_consistency_checks(kmem_cache& s, slab& sl, void* object)
{
    if (!check_slab(s, sl))
        return false;
    if (object == nullptr || !check_valid_pointer(s, sl, object)) {
        slab_err(s, sl, "Invalid object pointer 0x%p", object);
        return false;
    }
    if (on_freelist(s, sl, object)) {
        object_err(s, sl, object, "Object already free");
        return false;
    }
    if (!check_object(s, sl, object, SLUB_RED_ACTIVE))
        return false;
    if (sl.slab_cache != &s) {
        report_foreign_object(s, sl, object);
        return false;
    }
    return true;
}

// The object back on its slab's list, and the slab where it now belongs; returns it if that is the
// page allocator.
slab* put_object(kmem_cache& s, slab& sl, void* object)
{
    kmem_cache_node& n = get_node(s);
    void* const prior = sl.freelist;
    sl.inuse--;
    set_freepointer(s, object, prior);
    sl.freelist = object;
    bool const is_surplus = sl.inuse == 0 && has_enough_partial(s);
    if (prior == nullptr)
        remove_full(s, sl);
    else if (is_surplus)
        remove_partial(n, sl);
    if (is_surplus)
        return &sl;
    if (prior == nullptr)
        add_partial(n, sl, list_end::tail);
    return nullptr;
}

// Under list_lock, as Linux' free_debug_processing.
slab* free_checked(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    bool const checks = kmem_cache_debug_flags(s, SLAB_CONSISTENCY_CHECKS);
    if (checks && !free_consistency_checks(s, sl, object)) {
        slab_fix(s, "Object at 0x%p not freed", object);
        return nullptr;
    }
    set_track(s, object, TRACK_FREE, caller);
    trace(s, sl, object, "free");
    init_object(s, object, SLUB_RED_INACTIVE);
    return put_object(s, sl, object);
}

void validate_slab(kmem_cache& s, slab& sl)
{
    if (!check_slab(s, sl) || !on_freelist(s, sl, nullptr))
        return;
    for (unsigned i = 0; i < slab_objects(sl); i++) {
        char* const object = slab_object(s, sl, i);
        bool is_free = false;
        for (void* p = sl.freelist; p != nullptr && !is_free; p = get_freepointer(s, p))
            is_free = p == object;
        if (!check_object(s, sl, object, is_free ? SLUB_RED_INACTIVE : SLUB_RED_ACTIVE))
            return;
    }
}

unsigned long validate_list(kmem_cache& s, list_head const& list)
{
    unsigned long count = 0;
    for (list_head* link = list.next; link != &list; count++) {
        slab& sl = slab_of_link(link);
        link = link->next; // a repair may move the slab to the full list
        validate_slab(s, sl);
    }
    return count;
}

} // namespace

void* alloc_debugged(kmem_cache& s, gfp_t gfp, uintptr_t caller)
{
    void* object = alloc_single_from_partial(s);
    if (object == nullptr)
        object = alloc_single_from_new_slab(s, gfp);
    if (object != nullptr)
        set_track(s, object, TRACK_ALLOC, caller);
    return object;
}

void free_debugged(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    slab* const surplus = free_checked(s, sl, object, caller);
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    if (surplus != nullptr)
        discard_slab(s, *surplus);
}

unsigned long validate_slab_cache(kmem_cache& s)
{
    kmem_cache_node& n = get_node(s);
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    unsigned long const count = validate_list(s, n.partial) + validate_list(s, n.full);
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return count;
}

} // namespace pagelab::mm
