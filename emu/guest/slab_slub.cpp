// SLUB: the node's partial slabs, and those that CPUs own.
//
// A slab's free objects are on its own list, but for those of a slab that a CPU allocates from:
// these the CPU has on a list of its own, and the slab counts them as taken. Besides, a CPU keeps
// a few partial slabs that are on none of the node's lists.
#include "emu/guest/slab_freelist.hpp"
#include "emu/guest/slab_reader.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxOrder = 10;
constexpr uint64_t kMaxCpus = 64;
constexpr uint64_t kMaxCpuPartial = 256;  // slabs a CPU keeps; Linux' limit is 30 objects' worth
constexpr unsigned kOrderShift = 16;      // OO_SHIFT
constexpr uint64_t kObjectsMask = 0xffff; // of kmem_cache_order_objects
constexpr uint64_t kSlabObjectsMask = 0x7fff; // the word's other bit is "frozen"

struct Counts {
    uint64_t objects = 0;
    uint64_t inuse = 0;
};

Result<Counts> read_counts(SlabReader& reader, VirtAddr slab)
{
    Counts counts;
    counts.objects = TRY(reader.view.read_field(slab, "slab", "objects_frozen")) & kSlabObjectsMask;
    counts.inuse = TRY(reader.view.read_field(slab, "slab", "inuse"));
    if (counts.inuse > counts.objects)
        reader.damaged("more objects in use than there are", slab, counts.objects, counts.inuse);
    return counts;
}

// How many objects of the slab are on the list; damage ends it.
Result<std::optional<uint64_t>> follow(SlabReader& reader, VirtAddr cache,
                                       SlabReader::Place const& place, uint64_t objects,
                                       VirtAddr head)
{
    auto const of_cache = [&](char const* name) {
        return reader.view.read_field(cache, "kmem_cache", name);
    };
    VirtAddr const first =
        reader.view.advance(reader.address_of(place.pfn), TRY(of_cache("red_left_pad")));
    SlabShape const shape{first, TRY(of_cache("size")), objects, TRY(of_cache("offset"))};
    SlabFreeList const list = walk_freelist(reader.view, shape, head);
    if (!list.damage)
        return list.length;
    note(reader.report.damage, *list.damage);
    return std::nullopt;
}

// All free objects of a slab that no CPU allocates from are on its own list.
Result<> check_freelist(SlabReader& reader, VirtAddr cache, VirtAddr node, Counts const& counts)
{
    auto const place = TRY(reader.slab_of_node(node));
    if (!place)
        return {};
    VirtAddr const head(TRY(reader.view.read_field(place->slab, "slab", "freelist")));
    auto const length = TRY(follow(reader, cache, *place, counts.objects, head));
    if (length && *length + counts.inuse != counts.objects)
        reader.damaged("length of a free list", place->slab, counts.objects - counts.inuse,
                       *length);
    return {};
}

Result<uint64_t> count_partial(SlabReader& reader, VirtAddr cache, VirtAddr node)
{
    KernelView const& view = reader.view;
    auto const link = TRY(view.types().member("slab", "slab_list"));
    auto const slabs = reader.walk(TRY(view.field_address(node, "kmem_cache_node", "partial")));
    uint64_t free = 0;
    for (VirtAddr const at : slabs) {
        Counts const counts = TRY(read_counts(reader, view.advance(at, -link.offset)));
        if (counts.inuse <= counts.objects)
            free += counts.objects - counts.inuse;
        TRY(check_freelist(reader, cache, at, counts));
    }
    uint64_t const counted = TRY(view.read_field(node, "kmem_cache_node", "nr_partial"));
    if (counted != slabs.size())
        reader.damaged("nr_partial", node, slabs.size(), counted);
    return free;
}

// The slab that a CPU allocates from: its own list has what other CPUs freed, the CPU's the rest.
Result<> read_cpu_slab(SlabReader& reader, SlabCache& cache, VirtAddr own)
{
    KernelView const& view = reader.view;
    VirtAddr const slab(TRY(view.read_field(own, "kmem_cache_cpu", "slab")));
    VirtAddr const head(TRY(view.read_field(own, "kmem_cache_cpu", "freelist")));
    if (slab.value == 0) {
        if (head.value != 0)
            reader.damaged("free list of a CPU without a slab", own, 0, head.value);
        return {};
    }
    auto const offset = TRY(view.types().member("slab", "slab_list")).offset;
    auto const place = TRY(reader.slab_of_node(view.advance(slab, offset)));
    if (!place)
        return {};
    VirtAddr const owner(TRY(view.read_field(slab, "slab", "slab_cache")));
    if (owner != cache.address)
        reader.damaged("slab of a CPU is another cache's", slab, cache.address.value, owner.value);
    Counts const counts = TRY(read_counts(reader, slab));
    auto const length = TRY(follow(reader, cache.address, *place, counts.objects, head));
    if (length && *length > counts.inuse)
        reader.damaged("length of a CPU's free list", slab, counts.inuse, *length);
    cache.cached += length.value_or(0);
    if (counts.inuse <= counts.objects) // what other CPUs freed is on the slab's list
        cache.cached += counts.objects - counts.inuse;
    return {};
}

// Slabs that a CPU keeps for later, with free objects on their own lists.
Result<> read_cpu_partial(SlabReader& reader, SlabCache& cache, VirtAddr own)
{
    KernelView const& view = reader.view;
    auto const offset = TRY(view.types().member("slab", "slab_list")).offset;
    VirtAddr slab(TRY(view.read_field(own, "kmem_cache_cpu", "partial")));
    for (uint64_t i = 0; slab.value != 0; i++) {
        if (i == kMaxCpuPartial) {
            reader.damaged("a CPU's partial slabs are too many", own, kMaxCpuPartial, i + 1);
            return {};
        }
        Counts const counts = TRY(read_counts(reader, slab));
        if (counts.inuse <= counts.objects)
            cache.cached += counts.objects - counts.inuse;
        TRY(check_freelist(reader, cache.address, view.advance(slab, offset), counts));
        slab = VirtAddr(TRY(view.read_field(slab, "slab", "next")));
    }
    return {};
}

} // namespace

Result<> read_slub_cache(SlabReader& reader, SlabCache& cache)
{
    KernelView const& view = reader.view;
    uint64_t const shape = TRY(view.read_field(cache.address, "kmem_cache", "oo.x"));
    cache.objects_per_slab = shape & kObjectsMask;
    cache.order = shape >> kOrderShift;
    if (cache.order > kMaxOrder) {
        reader.damaged("order of a slab of " + cache.name, cache.address, kMaxOrder, cache.order);
        cache.order = 0;
    }
    VirtAddr const node(TRY(view.read_field(cache.address, "kmem_cache", "node[0]")));
    cache.nr_slabs = TRY(view.read_field(node, "kmem_cache_node", "nr_slabs"));
    cache.active_slabs = cache.nr_slabs;
    cache.total_objects = TRY(view.read_field(node, "kmem_cache_node", "total_objects"));
    cache.nr_free = TRY(count_partial(reader, cache.address, node));
    for (uint64_t cpu = 0; cpu < std::min(reader.cpus, kMaxCpus); cpu++) {
        auto const path = fmt::format("cpu_slab[{}]", cpu);
        VirtAddr const own = TRY(view.field_address(cache.address, "kmem_cache", path));
        TRY(read_cpu_slab(reader, cache, own));
        TRY(read_cpu_partial(reader, cache, own));
    }
    return {};
}

} // namespace pagelab::guest
