// How many pages a slab of SLAB's has, where its free list is, and how long its caches' arrays are.
//
// Of the places for a free list the best that works is taken: in a free object it costs nothing, in
// another cache little, on the slab it takes the room of objects. The order is the smallest that
// wastes at most 1/8 of the slab, but not above slab_max_order unless one object needs more.
//
// Source: Linux 6.1 mm/slab.c: cache_estimate, calculate_slab_order, set_*_slab_cache,
// enable_cpucache, __kmem_cache_create.
#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slab_array_debug.hpp"

namespace pagelab::mm {

namespace {

// slab_max_order: one page where memory is small, so that it does not get fragmented.
unsigned max_order(kmem_cache const& s)
{
    constexpr unsigned long kSmallMemory = (32ul << 20) >> kPageShift;
    return totalram_pages(*s.caches->env.pgdat) > kSmallMemory ? 1 : 0;
}

struct estimate {
    size_t num;
    size_t left_over; // bytes
};

estimate cache_estimate(unsigned order, size_t size, slab_flags_t place)
{
    size_t const bytes = kPageSize << order;
    size_t const each = place != 0 ? size : size + sizeof(freelist_idx_t);
    return {bytes / each, bytes % each};
}

// Whether a free list of so many objects is worth an object of another cache.
bool can_be_off_slab(kmem_cache const& s, size_t num, size_t size)
{
    kmem_cache const* const other = kmalloc_slab(*s.caches, num * sizeof(freelist_idx_t), 0);
    return other != nullptr && !is_off_slab(*other) && other->size <= size / 2;
}

// Sets num and gfporder; num 0: no order will do. Returns the bytes left over.
size_t calculate_slab_order(kmem_cache& s, size_t size, slab_flags_t place)
{
    size_t left_over = 0;
    s.array.num = 0;
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        estimate const e = cache_estimate(order, size, place);
        if (e.num == 0)
            continue;
        if (e.num > SLAB_OBJ_MAX_NUM)
            break;
        if (place == CFLGS_OFF_SLAB && !can_be_off_slab(s, e.num, size))
            continue;
        s.array.num = static_cast<unsigned>(e.num);
        s.array.gfporder = order;
        left_over = e.left_over;
        bool const is_large = order >= max_order(s);
        if ((s.flags & SLAB_RECLAIM_ACCOUNT) != 0 || is_large ||
            left_over * 8 <= kPageSize << order)
            break;
    }
    return left_over;
}

// Each sets everything that depends on the place, or is of no use.
bool set_objfreelist_slab(kmem_cache& s, size_t size)
{
    // What users see of a free object is the constructor's or the debugger's, not ours.
    if (s.ctor != nullptr || (s.flags & SLAB_TYPESAFE_BY_RCU) != 0 || kmem_cache_debug(s))
        return false;
    size_t const left_over = calculate_slab_order(s, size, CFLGS_OBJFREELIST_SLAB);
    if (s.array.num == 0 || s.array.num * sizeof(freelist_idx_t) > s.object_size)
        return false;
    s.flags |= CFLGS_OBJFREELIST_SLAB;
    s.array.colour = static_cast<unsigned>(left_over) / s.array.colour_off;
    return true;
}

bool set_off_slab(kmem_cache& s, size_t size)
{
    if ((s.flags & SLAB_NOLEAKTRACE) != 0)
        return false;
    size_t const left_over = calculate_slab_order(s, size, CFLGS_OFF_SLAB);
    if (s.array.num == 0 || left_over >= s.array.num * sizeof(freelist_idx_t))
        return false;
    s.flags |= CFLGS_OFF_SLAB;
    s.array.freelist_cache = kmalloc_slab(*s.caches, s.array.num * sizeof(freelist_idx_t), 0);
    s.array.colour = static_cast<unsigned>(left_over) / s.array.colour_off;
    return true;
}

bool set_on_slab(kmem_cache& s, size_t size)
{
    size_t const left_over = calculate_slab_order(s, size, 0);
    s.array.colour = static_cast<unsigned>(left_over) / s.array.colour_off;
    return s.array.num != 0;
}

unsigned array_limit(kmem_cache const& s)
{
    constexpr struct {
        unsigned above; // bytes of the slot
        unsigned limit;
    } kLimits[] = {{131072, 1}, {kPageSize, 8}, {1024, 24}, {256, 54}};
    unsigned limit = 120;
    for (unsigned i = 4; i-- > 0;) {
        if (s.size > kLimits[i].above)
            limit = kLimits[i].limit;
    }
    constexpr unsigned kDebugLimit = 32; // objects are looked through when they are moved
    return kmem_cache_debug(s) && limit > kDebugLimit ? kDebugLimit : limit;
}

} // namespace

Result<> set_slab_layout(kmem_cache& s)
{
    size_t size = set_slot_layout(s);
    if (size < SLAB_OBJ_MIN_SIZE)
        size = lib::align_up<size_t>(SLAB_OBJ_MIN_SIZE, s.align);
    s.array.colour_off = s.align > kCacheLine ? s.align : kCacheLine;
    s.array.freelist_cache = nullptr;
    if (!set_objfreelist_slab(s, size) && !set_off_slab(s, size) && !set_on_slab(s, size))
        return lib::Error{"object is too large for a slab"};
    s.size = static_cast<unsigned>(size);
    s.inuse = s.object_size;
    s.array.freelist_size = s.array.num * static_cast<unsigned>(sizeof(freelist_idx_t));
    s.allocflags = __GFP_COMP;
    s.allocflags |= s.flags & SLAB_CACHE_DMA ? __GFP_DMA : 0;
    s.allocflags |= s.flags & SLAB_CACHE_DMA32 ? __GFP_DMA32 : 0;
    s.allocflags |= s.flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0;
    return {};
}

void set_array_limits(kmem_cache& s)
{
    s.array.limit = array_limit(s);
    s.array.batchcount = (s.array.limit + 1) / 2;
    bool const has_others = s.caches->env.pgdat->nr_online_cpus > 1;
    s.array.shared = has_others && s.size <= kPageSize ? 8 : 0;
}

void set_free_limit(kmem_cache& s)
{
    unsigned const nr_cpus = s.caches->env.pgdat->nr_online_cpus;
    s.array.node->free_limit = (1 + nr_cpus) * s.array.batchcount + s.array.num;
}

} // namespace pagelab::mm
