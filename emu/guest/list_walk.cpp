// struct list_head is two pointers, next and prev, aligned like one.
#include "emu/guest/list_walk.hpp"

namespace pagelab::guest {

ListWalk list_walk(KernelView const& view, VirtAddr head, size_t limit)
{
    uint64_t const word = view.types().pointer_size();
    ListWalk walk;
    VirtAddr here = head;
    auto const damaged = [&](char const* what, VirtAddr where, uint64_t expected, uint64_t found) {
        walk.damage = Damage{what, where, expected, found};
        return walk;
    };
    for (;;) {
        auto const next = view.read_pointer(here);
        if (!next)
            return damaged("unreadable list node", here, here.value, here.value);
        if (next->value % word != 0)
            return damaged("misaligned next", here, next->value - next->value % word, next->value);
        auto const prev = view.read_pointer(view.advance(*next, word));
        if (!prev)
            return damaged("next points at unmapped memory", here, head.value, next->value);
        if (*prev != here)
            return damaged("prev does not point back", view.advance(*next, word), here.value,
                           prev->value);
        if (*next == head)
            return walk;
        if (walk.nodes.size() == limit)
            return damaged("list is longer than possible", head, limit, limit + 1);
        walk.nodes.push_back(*next);
        here = *next;
    }
}

} // namespace pagelab::guest
