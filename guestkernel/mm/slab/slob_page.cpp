// The free blocks of one page: first fit, and back into the order of addresses.
#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/slab/slob.hpp"

namespace pagelab::mm {

namespace {

slobidx_t* first_block(slab const& sp)
{
    return static_cast<slobidx_t*>(sp.freelist);
}

// Makes `next` follow `prev`; null: the page's first block.
void link_after(slab& sp, slobidx_t* prev, slobidx_t* next)
{
    if (prev != nullptr)
        set_slob(prev, slob_units(prev), next);
    else
        sp.freelist = next;
}

// Units to skip in the block, for the sake of alignment.
unsigned units_to_align(slobidx_t const* block, unsigned align, unsigned align_offset)
{
    uintptr_t const at = reinterpret_cast<uintptr_t>(block);
    uintptr_t const aligned = lib::align_up<uintptr_t>(at + align_offset, align) - align_offset;
    return static_cast<unsigned>((aligned - at) / SLOB_UNIT);
}

// `units` from the block, which has them behind `skip`; what is left on either side stays free.
void* take_from(slab& sp, slobidx_t* prev, slobidx_t* block, unsigned units, unsigned skip)
{
    slobidx_t* const next = slob_next(block);
    unsigned const left = slob_units(block) - skip - units;
    slobidx_t* const taken = block + skip;
    slobidx_t* const rest = taken + units;
    if (left > 0)
        set_slob(rest, left, next);
    slobidx_t* const follower = left > 0 ? rest : next;
    if (skip > 0)
        set_slob(block, skip, follower);
    else
        link_after(sp, prev, follower);
    sp.units -= static_cast<long>(units);
    return taken;
}

} // namespace

void set_slob(slobidx_t* block, unsigned units, slobidx_t const* next)
{
    auto const offset = static_cast<slobidx_t>(next - slob_base(block));
    if (units > 1) {
        block[0] = static_cast<slobidx_t>(units);
        block[1] = offset;
    } else {
        block[0] = static_cast<slobidx_t>(-offset);
    }
}

void* slob_page_alloc(slab& sp, size_t size, unsigned align, unsigned align_offset)
{
    unsigned const units = slob_units_for(size);
    slobidx_t* prev = nullptr;
    for (slobidx_t* block = first_block(sp);; block = slob_next(block)) {
        unsigned const skip = units_to_align(block, align, align_offset);
        if (slob_units(block) >= units + skip)
            return take_from(sp, prev, block, units, skip);
        if (slob_last(block))
            return nullptr;
        prev = block;
    }
}

void slob_page_insert(slab& sp, slobidx_t* block, unsigned units)
{
    slobidx_t* prev = nullptr;
    slobidx_t* next = first_block(sp);
    slobidx_t* const end = slob_base(block) + kSlobPageUnits;
    while (next < block) {
        prev = next;
        next = slob_next(next);
    }
    if (next < end && block + units == next) {
        units += slob_units(next);
        next = slob_next(next);
    }
    if (prev != nullptr && prev + slob_units(prev) == block) {
        set_slob(prev, slob_units(prev) + units, next);
        return;
    }
    set_slob(block, units, next);
    link_after(sp, prev, block);
}

} // namespace pagelab::mm
