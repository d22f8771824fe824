// SLAB: the node's three lists of slabs, their free lists of object numbers, and the arrays.
//
// Where a slab's free list is depends on the cache (in a free object, behind the objects, in
// another cache's object); slab.freelist points at it in each case. Its bytes from slab.active on
// are the numbers of the free objects.
#include <vector>

#include "emu/guest/slab_reader.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxOrder = 10;
constexpr uint64_t kMaxCpus = 64;
constexpr uint64_t kMaxObjects = 255;   // SLAB_OBJ_MAX_NUM
constexpr uint64_t kMaxArray = 1 << 16; // objects in an array; Linux' have a few hundred

struct Lists {
    uint64_t slabs = 0;
    uint64_t free_objects = 0;
};

Result<> check_numbers(SlabReader& reader, SlabCache const& cache, VirtAddr slab, uint64_t active)
{
    VirtAddr const list(TRY(reader.view.read_field(slab, "slab", "freelist")));
    std::vector<bool> seen(cache.objects_per_slab);
    for (uint64_t i = active; i < cache.objects_per_slab; i++) {
        auto const number = reader.view.read_unsigned(reader.view.advance(list, i), 1);
        if (!number) {
            reader.damaged("unreadable free list", slab, 0, list.value);
            return {};
        }
        if (*number >= cache.objects_per_slab || seen[*number]) {
            reader.damaged("number on a free list is wrong or there twice", slab,
                           cache.objects_per_slab, *number);
            return {};
        }
        seen[*number] = true;
    }
    return {};
}

// Slabs of this list have from `least` to `most` objects in use.
Result<Lists> read_list(SlabReader& reader, SlabCache const& cache, VirtAddr head, uint64_t least,
                        uint64_t most)
{
    Lists lists;
    for (VirtAddr const node : reader.walk(head)) {
        auto const place = TRY(reader.slab_of_node(node));
        if (!place)
            continue;
        lists.slabs++;
        uint64_t const active = TRY(reader.view.read_field(place->slab, "slab", "active"));
        if (active < least || active > most) {
            reader.damaged("slab is on a list for others", place->slab, least, active);
            continue;
        }
        lists.free_objects += cache.objects_per_slab - active;
        TRY(check_numbers(reader, cache, place->slab, active));
    }
    return lists;
}

// Every entry is in a slab of this cache. The number of entries.
Result<uint64_t> check_array(SlabReader& reader, SlabCache const& cache, VirtAddr array)
{
    KernelView const& view = reader.view;
    uint64_t const avail = TRY(view.read_field(array, "array_cache", "avail"));
    uint64_t const limit = TRY(view.read_field(array, "array_cache", "limit"));
    if (avail > limit || avail > kMaxArray) {
        reader.damaged("array of " + cache.name + " is overfull", array, limit, avail);
        return 0;
    }
    VirtAddr const first = view.advance(array, TRY(view.types().size_of("array_cache")));
    auto const owner = TRY(view.types().member("slab", "slab_cache"));
    for (uint64_t i = 0; i < avail; i++) {
        VirtAddr const entry =
            TRY(view.read_pointer(view.advance(first, i * view.types().pointer_size())));
        auto const head = reader.head_at(entry);
        auto const found = head ? view.read_member(*head, owner) : Result<uint64_t>(0);
        if (!found || VirtAddr(*found) != cache.address) {
            reader.damaged("entry of an array is no object of " + cache.name, array,
                           cache.address.value, entry.value);
            break;
        }
    }
    return avail;
}

Result<> check_lists(SlabReader& reader, SlabCache& cache, VirtAddr node)
{
    KernelView const& view = reader.view;
    auto const list = [&](char const* name, uint64_t least, uint64_t most) -> Result<Lists> {
        auto const head = TRY(view.field_address(node, "kmem_cache_node_array", name));
        return read_list(reader, cache, head, least, most);
    };
    uint64_t const num = cache.objects_per_slab;
    Lists const full = TRY(list("slabs_full", num, num));
    Lists const partial = TRY(list("slabs_partial", 1, num - 1));
    Lists const free = TRY(list("slabs_free", 0, 0));
    uint64_t const slabs = full.slabs + partial.slabs + free.slabs;
    if (cache.nr_slabs != slabs)
        reader.damaged("total_slabs of " + cache.name, node, slabs, cache.nr_slabs);
    if (cache.nr_slabs - cache.active_slabs != free.slabs)
        reader.damaged("free_slabs of " + cache.name, node, free.slabs,
                       cache.nr_slabs - cache.active_slabs);
    cache.nr_free = partial.free_objects + free.free_objects;
    uint64_t const counted = TRY(view.read_field(node, "kmem_cache_node_array", "free_objects"));
    if (counted != cache.nr_free)
        reader.damaged("free_objects of " + cache.name, node, cache.nr_free, counted);
    return {};
}

} // namespace

Result<> read_array_cache(SlabReader& reader, SlabCache& cache)
{
    KernelView const& view = reader.view;
    auto const of_cache = [&](std::string const& name) {
        return view.read_field(cache.address, "kmem_cache", name);
    };
    cache.objects_per_slab = TRY(of_cache("array.num"));
    cache.order = TRY(of_cache("array.gfporder"));
    if (cache.order > kMaxOrder || cache.objects_per_slab > kMaxObjects) {
        reader.damaged("shape of a slab of " + cache.name, cache.address, kMaxOrder, cache.order);
        cache.order = 0;
        cache.objects_per_slab = 0;
        return {};
    }
    cache.limit = TRY(of_cache("array.limit"));
    cache.batchcount = TRY(of_cache("array.batchcount"));
    cache.shared = TRY(of_cache("array.shared"));
    VirtAddr const node(TRY(of_cache("array.node")));
    auto const of_node = [&](char const* name) {
        return view.read_field(node, "kmem_cache_node_array", name);
    };
    cache.nr_slabs = TRY(of_node("total_slabs"));
    cache.active_slabs = cache.nr_slabs - TRY(of_node("free_slabs"));
    cache.total_objects = cache.nr_slabs * cache.objects_per_slab;
    TRY(check_lists(reader, cache, node));
    if (VirtAddr const shared(TRY(of_node("shared"))); shared.value != 0)
        cache.shared_avail = TRY(check_array(reader, cache, shared));
    cache.cached = cache.shared_avail;
    for (uint64_t cpu = 0; cpu < std::min(reader.cpus, kMaxCpus); cpu++) {
        VirtAddr const array(TRY(of_cache(fmt::format("cpu_cache[{}]", cpu))));
        cache.cached += TRY(check_array(reader, cache, array));
    }
    return {};
}

} // namespace pagelab::guest
