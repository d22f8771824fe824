// SLAB: numbers of free objects, and the arrays of CPUs and node.
#include <algorithm>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/slab_mapper.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxCpus = 64;
constexpr uint64_t kMaxObjects = 255;   // SLAB_OBJ_MAX_NUM
constexpr uint64_t kMaxArray = 1 << 16; // objects in an array; Linux' have a few hundred

Result<> place_slabs(SlabMapper& mapper, SlabCacheMap& cache, VirtAddr node, char const* list,
                     SlabPlace place)
{
    KernelView const& view = mapper.view;
    auto const link = TRY(view.types().member("slab", "slab_list"));
    VirtAddr const head = TRY(view.field_address(node, "kmem_cache_node_array", list));
    ListWalk const walk = list_walk(view, head, cache.slabs.size() + 1);
    if (walk.damage)
        note(mapper.map.damage, *walk.damage);
    for (VirtAddr const at : walk.nodes) {
        VirtAddr const page = view.advance(at, -link.offset);
        if (Slab* const slab = SlabMapper::slab_of_page(cache, page))
            slab->place = place;
        else
            mapper.damaged("slab on a list is none of " + cache.name, page, cache.address.value, 0);
    }
    return {};
}

// The objects in an array are free; the next one out is the last.
Result<> follow_array(SlabMapper& mapper, SlabCacheMap& cache, VirtAddr array, int16_t list)
{
    KernelView const& view = mapper.view;
    uint64_t const word = view.types().pointer_size();
    uint64_t const avail = TRY(view.read_field(array, "array_cache", "avail"));
    if (avail > kMaxArray) {
        mapper.damaged("array of " + cache.name + " is overfull", array, kMaxArray, avail);
        return {};
    }
    VirtAddr const first = view.advance(array, TRY(view.types().size_of("array_cache")));
    for (uint64_t i = avail; i-- != 0;) {
        VirtAddr const entry = TRY(view.read_pointer(view.advance(first, i * word)));
        Slab* const slab = mapper.slab_around(cache, entry);
        uint64_t const offset = slab == nullptr ? 0 : entry - (slab->first - cache.pad);
        if (slab == nullptr || offset % cache.size != 0 || offset / cache.size >= slab->objects)
            mapper.damaged("entry of an array is no object of " + cache.name, array, 0,
                           entry.value);
        else
            slab->free.push_back({static_cast<uint32_t>(offset / cache.size), list});
    }
    return {};
}

void follow_numbers(SlabMapper& mapper, SlabCacheMap const& cache, Slab& slab)
{
    VirtAddr const list = mapper.freelists[slab.pfn.value];
    std::vector<bool> seen(slab.objects);
    for (FreeObject const& free : slab.free) {
        if (seen[free.index])
            mapper.damaged("object of " + cache.name + " is in two arrays", slab.page, 1, 2);
        seen[free.index] = true;
    }
    for (uint64_t i = slab.inuse; i < slab.objects; i++) {
        auto const number = mapper.view.read_unsigned(mapper.view.advance(list, i), 1);
        if (!number || *number >= slab.objects || seen[*number])
            return mapper.damaged("number on a free list of " + cache.name +
                                      " is wrong or there twice",
                                  slab.page, slab.objects, number.value_or(0));
        seen[*number] = true;
        slab.free.push_back({static_cast<uint32_t>(*number), kSlabsOwn});
    }
}

} // namespace

uint64_t SlabMapper::objects_per_slab(SlabCacheMap const& cache) const
{
    auto const count = view.read_field(cache.address, "kmem_cache", "array.num");
    return count ? std::min(*count, kMaxObjects) : 0;
}

Slab* SlabMapper::slab_around(SlabCacheMap& cache, VirtAddr address) const
{
    if (address.value < page_offset)
        return nullptr;
    Pfn const pfn = phys_to_pfn(PhysAddr(address.value - page_offset));
    auto const after = std::ranges::upper_bound(cache.slabs, pfn, {}, &Slab::pfn);
    if (after == cache.slabs.begin())
        return nullptr;
    Slab& slab = *std::prev(after);
    return pfn - slab.pfn < slab.pages ? &slab : nullptr;
}

Result<> map_array_lists(SlabMapper& mapper, SlabCacheMap& cache)
{
    KernelView const& view = mapper.view;
    VirtAddr const node(TRY(view.read_field(cache.address, "kmem_cache", "array.node")));
    TRY(place_slabs(mapper, cache, node, "slabs_full", SlabPlace::Full));
    TRY(place_slabs(mapper, cache, node, "slabs_partial", SlabPlace::Partial));
    TRY(place_slabs(mapper, cache, node, "slabs_free", SlabPlace::Free));
    if (cache.size == 0)
        return {};
    for (unsigned cpu = 0; cpu < std::min(mapper.cpus, kMaxCpus); cpu++) {
        VirtAddr const array(
            TRY(view.read_field(cache.address, "kmem_cache", fmt::format("cpu_cache[{}]", cpu))));
        TRY(follow_array(mapper, cache, array, static_cast<int16_t>(cpu)));
    }
    VirtAddr const shared(TRY(view.read_field(node, "kmem_cache_node_array", "shared")));
    if (shared.value != 0)
        TRY(follow_array(mapper, cache, shared, kSharedArray));
    for (Slab& slab : cache.slabs)
        follow_numbers(mapper, cache, slab);
    return {};
}

} // namespace pagelab::guest
