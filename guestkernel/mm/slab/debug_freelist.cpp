// Follows a slab's free list without trusting it, and repairs it and its counts.
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/slab/debug_object.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

// The list leads out of the slab behind `last` (null: at once, and the slab counts as full).
void cut_freelist(kmem_cache& s, slab& sl, void* last)
{
    if (last != nullptr) {
        object_err(s, sl, last, "Freechain corrupt");
        set_freepointer(s, last, nullptr);
        return;
    }
    slab_err(s, sl, "Freepointer corrupt");
    sl.freelist = nullptr;
    sl.inuse = static_cast<uint16_t>(slab_objects(sl));
    remove_partial(get_node(s), sl);
    add_full(s, get_node(s), sl);
    slab_fix(s, "Freelist cleared");
}

void adjust_counts(kmem_cache& s, slab& sl, unsigned nr_free)
{
    auto const bytes = static_cast<unsigned>(kPageSize << compound_order(slab_page(sl)));
    unsigned most = bytes / s.size;
    if (most > MAX_OBJS_PER_PAGE)
        most = MAX_OBJS_PER_PAGE;
    if (slab_objects(sl) != most) {
        slab_err(s, sl, "Wrong number of objects. Found %u but should be %u", slab_objects(sl),
                 most);
        set_slab_objects(sl, most);
        slab_fix(s, "Number of objects adjusted");
    }
    unsigned const taken = slab_objects(sl) - nr_free;
    if (sl.inuse != taken) {
        slab_err(s, sl, "Wrong object count. Counter is %u but counted were %u", unsigned{sl.inuse},
                 taken);
        sl.inuse = static_cast<uint16_t>(taken);
        slab_fix(s, "Object count adjusted");
    }
}

} // namespace

bool on_freelist(kmem_cache& s, slab& sl, void const* object)
{
    unsigned nr_free = 0;
    void* last = nullptr;
    void* p = sl.freelist;
    while (p != nullptr && nr_free <= slab_objects(sl)) {
        if (p == object)
            return true;
        if (!check_valid_pointer(s, sl, p)) {
            cut_freelist(s, sl, last);
            if (last == nullptr)
                return false;
            break;
        }
        last = p;
        p = get_freepointer(s, p);
        nr_free++;
    }
    adjust_counts(s, sl, nr_free);
    return object == nullptr;
}

} // namespace pagelab::mm
