// How an object of a cache is laid out, and how many pages its slabs have.
//
//   [left red zone] object [right red zone] [free pointer] [tracks] [size asked for] [padding]
//   ^ slot          ^ what the user gets    ^ inuse                                  slot end ^
//
// Only debugging needs more than the object; the free pointer then lies outside it, otherwise in
// its middle, where overruns of the neighbours do not reach it.
//
// The order is the smallest that holds enough objects and wastes at most 1/16 of the slab, then
// 1/8, then 1/4. Source: Linux 6.1 mm/slub.c: calculate_sizes, calculate_order.
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/slab/debug_options.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"
#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kWord = sizeof(void*);
constexpr unsigned kNoOrder = ~0u;

unsigned order_objects(unsigned order, unsigned size)
{
    return static_cast<unsigned>(kPageSize << order) / size;
}

kmem_cache_order_objects oo_make(unsigned order, unsigned size)
{
    return {(order << OO_SHIFT) + order_objects(order, size)};
}

unsigned slab_order(unsigned size, unsigned min_objects, unsigned max_order, unsigned fraction)
{
    if (order_objects(kSlubMinOrder, size) > MAX_OBJS_PER_PAGE)
        return get_order(size * size_t{MAX_OBJS_PER_PAGE}) - 1;
    unsigned order = get_order(min_objects * size_t{size});
    while (order <= max_order) {
        auto const bytes = static_cast<unsigned>(kPageSize << order);
        if (bytes % size <= bytes / fraction)
            break;
        order++;
    }
    return order;
}

unsigned calculate_order(unsigned size, unsigned nr_cpus)
{
    unsigned const wanted = 4 * (lib::fls64(nr_cpus) + 1);
    unsigned const most = order_objects(kSlubMaxOrder, size);
    for (unsigned objects = wanted < most ? wanted : most; objects > 1; objects--) {
        for (unsigned fraction = 16; fraction >= 4; fraction /= 2) {
            unsigned const order = slab_order(size, objects, kSlubMaxOrder, fraction);
            if (order <= kSlubMaxOrder)
                return order;
        }
    }
    unsigned const order = slab_order(size, 1, MAX_ORDER - 1, 1);
    return order < MAX_ORDER ? order : kNoOrder;
}

bool needs_outside_freepointer(kmem_cache const& s)
{
    if (s.ctor != nullptr || (s.flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON)) != 0)
        return true;
    return slub_debug_orig_size(s) || ((s.flags & SLAB_RED_ZONE) != 0 && s.object_size < kWord);
}

// Bytes of one slot; sets where its parts are.
unsigned lay_out(kmem_cache& s)
{
    unsigned size = lib::align_up(s.object_size, kWord);
    if ((s.flags & SLAB_RED_ZONE) && size == s.object_size)
        size += kWord;
    s.inuse = size;
    s.offset = lib::align_down(s.object_size / 2, kWord);
    if (needs_outside_freepointer(s)) {
        s.offset = size;
        size += kWord;
    }
    if (s.flags & SLAB_STORE_USER)
        size += unsigned{2 * sizeof(track)};
    if (slub_debug_orig_size(s))
        size += unsigned{sizeof(unsigned)};
    s.red_left_pad = s.flags & SLAB_RED_ZONE ? lib::align_up(kWord, s.align) : 0;
    if (s.flags & SLAB_RED_ZONE)
        size += kWord + s.red_left_pad;
    return lib::align_up(size, s.align);
}

} // namespace

Result<> calculate_sizes(kmem_cache& s)
{
    bool const poisons_object =
        (s.flags & SLAB_POISON) != 0 && s.ctor == nullptr && (s.flags & SLAB_TYPESAFE_BY_RCU) == 0;
    s.flags &= ~SLAB_OBJECT_POISON;
    if (poisons_object)
        s.flags |= SLAB_OBJECT_POISON;
    s.size = lay_out(s);
    unsigned const order = calculate_order(s.size, s.caches->env.pgdat->nr_online_cpus);
    if (order == kNoOrder)
        return lib::Error{"object is too large for a slab"};
    s.allocflags = order > 0 ? __GFP_COMP : 0;
    if (s.flags & SLAB_CACHE_DMA)
        s.allocflags |= GFP_DMA;
    if (s.flags & SLAB_CACHE_DMA32)
        s.allocflags |= GFP_DMA32;
    if (s.flags & SLAB_RECLAIM_ACCOUNT)
        s.allocflags |= __GFP_RECLAIMABLE;
    s.oo = oo_make(order, s.size);
    s.min = oo_make(get_order(s.size), s.size);
    return {};
}

void set_partial_limits(kmem_cache& s)
{
    constexpr unsigned kMinPartial = 5;
    constexpr unsigned kMaxPartial = 10;
    unsigned const half_log = (lib::fls64(s.size) - 1) / 2;
    s.min_partial = half_log < kMinPartial   ? kMinPartial
                    : half_log > kMaxPartial ? kMaxPartial
                                             : half_log;
    slub_set_cpu_partial(s, !kmem_cache_has_cpu_partial(s) ? 0
                            : s.size >= kPageSize          ? 6
                            : s.size >= 1024               ? 24
                            : s.size >= 256                ? 52
                                                           : 120);
}

// A slab of a CPU's partial list is taken to be half empty.
void slub_set_cpu_partial(kmem_cache& s, unsigned objects)
{
    unsigned const per_slab = oo_objects(s.oo);
    s.cpu_partial = objects;
    s.cpu_partial_slabs = static_cast<unsigned>((uint64_t{objects} * 2 + per_slab - 1) / per_slab);
}

} // namespace pagelab::mm
