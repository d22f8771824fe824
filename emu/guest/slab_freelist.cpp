// The number of objects bounds the walk, so that a circle needs no memory to be noticed.
#include "emu/guest/slab_freelist.hpp"

namespace pagelab::guest {

SlabFreeList walk_freelist(KernelView const& view, SlabShape const& slab, VirtAddr head)
{
    SlabFreeList list;
    auto const damaged = [&](char const* what, VirtAddr where, uint64_t expected, uint64_t found) {
        list.damage = Damage{what, where, expected, found};
        return list;
    };
    VirtAddr from = slab.first;
    for (VirtAddr at = head; at.value != 0;) {
        uint64_t const offset = at - slab.first;
        if (slab.slot == 0 || offset / slab.slot >= slab.objects)
            return damaged("free list leaves the slab", from, slab.first.value, at.value);
        if (offset % slab.slot != 0)
            return damaged("free list points into an object", from, at.value - offset % slab.slot,
                           at.value);
        if (list.length == slab.objects)
            return damaged("free list is a circle", at, slab.objects, slab.objects + 1);
        auto const next = view.read_pointer(view.advance(at, slab.link));
        if (!next)
            return damaged("unreadable free object", at, 0, at.value);
        list.length++;
        from = at;
        at = *next;
    }
    return list;
}

} // namespace pagelab::guest
