// What is common to the allocators: caches, a scan of all struct pages, lookups.
#include "emu/guest/slab_map.hpp"

#include <algorithm>
#include <map>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/slab_mapper.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxCaches = 100'000;
constexpr size_t kMaxName = 128;
constexpr uint64_t kMaxOrder = 10;
constexpr uint64_t kMaxObjects = 1u << 27; // of all caches
constexpr uint64_t kMinObject = 8;         // bytes
constexpr uint64_t kObjectsMask = 0x7fff;  // of objects_frozen

Result<SlabCacheMap> read_cache(SlabMapper& mapper, VirtAddr address)
{
    auto const field = [&](char const* path) {
        return mapper.view.read_field(address, "kmem_cache", path);
    };
    SlabCacheMap cache;
    cache.address = address;
    VirtAddr const name(TRY(field("name")));
    cache.name = TRY(mapper.view.read_string(name, kMaxName));
    cache.flags = TRY(field("flags"));
    cache.size = TRY(field("size"));
    cache.object_size = TRY(field("object_size"));
    cache.inuse = TRY(field("inuse"));
    if (mapper.map.allocator == "slub") {
        cache.offset = TRY(field("offset"));
        cache.pad = TRY(field("red_left_pad"));
        cache.order = TRY(field("oo.x")) >> 16; // OO_SHIFT
    } else if (mapper.map.allocator == "slab") {
        cache.pad = TRY(field("array.obj_offset"));
        cache.order = TRY(field("array.gfporder"));
    }
    if (cache.order > kMaxOrder) {
        mapper.damaged("order of a slab of " + cache.name, address, kMaxOrder, cache.order);
        cache.order = 0;
    }
    return cache;
}

Result<> read_caches(SlabMapper& mapper)
{
    auto const link = TRY(mapper.view.types().member("kmem_cache", "list"));
    VirtAddr const head = TRY(mapper.view.field_address(mapper.root, "slab_caches", "list"));
    ListWalk const caches = list_walk(mapper.view, head, kMaxCaches);
    if (caches.damage)
        note(mapper.map.damage, *caches.damage);
    for (VirtAddr const node : caches.nodes) {
        VirtAddr const address = mapper.view.advance(node, -link.offset);
        auto cache = read_cache(mapper, address);
        if (cache)
            mapper.map.caches.push_back(std::move(*cache));
        else
            mapper.damaged("unreadable kmem_cache", address, 0, 0);
    }
    return {};
}

struct SlabFields {
    Member flags;
    Member owner;
    Member freelist;
    Member objects;
    Member inuse;
    Member active;
    Member first;
};

Result<SlabFields> find_fields(PageMap const& pages)
{
    SlabFields fields;
    fields.flags = TRY(pages.number_in("slab", "__page_flags"));
    fields.owner = TRY(pages.number_in("slab", "slab_cache"));
    fields.freelist = TRY(pages.number_in("slab", "freelist"));
    fields.objects = TRY(pages.number_in("slab", "objects_frozen"));
    fields.inuse = TRY(pages.number_in("slab", "inuse"));
    fields.active = TRY(pages.number_in("slab", "active"));
    fields.first = TRY(pages.number_in("slab", "s_mem"));
    return fields;
}

// How many slots are in the pages of a slab, from `behind` bytes on.
uint64_t room_for_objects(SlabCacheMap const& cache, uint64_t pages, uint64_t behind)
{
    uint64_t const bytes = pages * kPageSize;
    return behind < bytes && cache.size != 0 ? (bytes - behind) / cache.size : 0;
}

// The slab that a struct page says it is.
void add_slab(SlabMapper& mapper, SlabFields const& fields, SlabCacheMap& cache, Pfn pfn,
              std::span<std::byte const> page)
{
    mapper.cut_last_slab(pfn);
    mapper.last = &cache;
    Slab slab;
    slab.page = mapper.pages.page_of(pfn);
    slab.pfn = pfn;
    slab.pages = uint64_t{1} << cache.order;
    VirtAddr const start = mapper.address_of(pfn);
    bool const is_array = mapper.map.allocator == "slab";
    VirtAddr const slot = is_array ? VirtAddr(number_at(page, fields.first)) : start;
    slab.first = mapper.view.advance(slot, cache.pad);
    slab.objects =
        is_array ? mapper.objects_per_slab(cache) : number_at(page, fields.objects) & kObjectsMask;
    slab.inuse = number_at(page, is_array ? fields.active : fields.inuse);
    uint64_t const room = room_for_objects(cache, slab.pages, slot - start);
    if (slab.objects > room) {
        mapper.damaged("objects of a slab of " + cache.name, slab.page, room, slab.objects);
        slab.objects = room;
    }
    slab.objects = std::min(slab.objects, mapper.objects_left);
    mapper.objects_left -= slab.objects;
    mapper.freelists[pfn.value] = VirtAddr(number_at(page, fields.freelist));
    cache.slabs.push_back(std::move(slab));
}

Result<> scan_pages(SlabMapper& mapper)
{
    SlabFields const fields = TRY(find_fields(mapper.pages));
    auto const bit = [&](char const* flag) -> Result<uint64_t> {
        return uint64_t{1} << (TRY(mapper.view.types().constant(flag)) & 63);
    };
    uint64_t const slab_flag = TRY(bit("PG_slab"));
    uint64_t const slob_free_flag = TRY(bit("PG_private")); // PG_slob_free: it is on a list
    std::map<VirtAddr, SlabCacheMap*> by_address;
    for (SlabCacheMap& cache : mapper.map.caches)
        by_address[cache.address] = &cache;
    auto const look = [&](Pfn pfn, std::span<std::byte const> page) {
        uint64_t const flags = number_at(page, fields.flags);
        if ((flags & slab_flag) == 0)
            return;
        if (mapper.map.allocator == "slob") {
            mapper.map.slob.push_back({mapper.pages.page_of(pfn), pfn, mapper.address_of(pfn), {}});
            if ((flags & slob_free_flag) != 0)
                mapper.freelists[pfn.value] = VirtAddr(number_at(page, fields.freelist));
            return;
        }
        VirtAddr const owner(number_at(page, fields.owner));
        auto const found = by_address.find(owner);
        if (found == by_address.end())
            mapper.damaged("slab of no cache", mapper.pages.page_of(pfn), 0, owner.value);
        else
            add_slab(mapper, fields, *found->second, pfn, page);
    };
    std::vector<Zone> const zones = TRY(read_zones(mapper.view));
    for (Zone const& zone : zones)
        mapper.objects_left += zone.present * (kPageSize / kMinObject);
    mapper.objects_left = std::min(mapper.objects_left, kMaxObjects);
    Pfn done; // a damaged zone may reach into the one before
    for (Zone const& zone : zones) {
        mapper.pages.for_each_page(std::max(zone.start, done), zone.end(), look);
        done = std::max(done, zone.end());
    }
    return {};
}

} // namespace

void SlabMapper::cut_last_slab(Pfn end)
{
    if (last == nullptr)
        return;
    Slab& slab = last->slabs.back();
    uint64_t const room = end - slab.pfn; // pages
    if (room >= slab.pages)
        return;
    damaged("end of a slab of " + last->name, slab.page, end.value, slab.pfn.value + slab.pages);
    slab.pages = room;
    uint64_t const behind = slab.first - last->pad - address_of(slab.pfn);
    slab.objects = std::min(slab.objects, room_for_objects(*last, room, behind));
}

char const* name(SlabPlace place)
{
    switch (place) {
    case SlabPlace::Full:
        return "full";
    case SlabPlace::Partial:
        return "partial";
    case SlabPlace::Free:
        return "free";
    case SlabPlace::Cpu:
        return "cpu";
    case SlabPlace::CpuPartial:
        return "cpu partial";
    }
    return "?";
}

uint64_t SlabCacheMap::total_objects() const
{
    uint64_t total = 0;
    for (Slab const& slab : slabs)
        total += slab.objects;
    return total;
}

uint64_t SlabCacheMap::allocated_objects() const
{
    uint64_t total = 0;
    for (Slab const& slab : slabs)
        total += slab.allocated();
    return total;
}

SlabCacheMap const* SlabMap::cache(std::string_view name) const
{
    for (SlabCacheMap const& cache : caches)
        if (cache.name == name)
            return &cache;
    return nullptr;
}

Result<SlabMap> read_slab_map(KernelView const& view)
{
    auto const pages = TRY(PageMap::create(view));
    SlabMap map;
    SlabMapper mapper(view, pages, map, TRY(view.types().variable("caches")).address);
    VirtAddr const operations(TRY(view.read_field(mapper.root, "slab_caches", "ops")));
    VirtAddr const name(TRY(view.read_field(operations, "slab_operations", "name")));
    map.allocator = TRY(view.read_string(name, kMaxName));
    mapper.page_offset = TRY(view.read_field(mapper.root, "slab_caches", "env.page_offset"));
    VirtAddr const node = TRY(node_address(view));
    mapper.cpus = TRY(view.read_field(node, "pglist_data", "nr_online_cpus"));
    TRY(read_caches(mapper));
    TRY(scan_pages(mapper));
    for (SlabCacheMap& cache : map.caches) {
        auto const done = map.allocator == "slub"   ? map_slub_lists(mapper, cache)
                          : map.allocator == "slab" ? map_array_lists(mapper, cache)
                                                    : Result<>();
        if (!done)
            mapper.damaged("unreadable lists of " + cache.name, cache.address, 0, 0);
    }
    for (SlobPage& page : map.slob) {
        auto const head = mapper.freelists.find(page.pfn.value);
        if (head == mapper.freelists.end())
            continue;
        if (auto free = read_slob_page(view, page.address, head->second, map.damage))
            page.free = std::move(*free);
    }
    return map;
}

std::optional<SlabObject> object_at(SlabCacheMap const& cache, Slab const& slab, VirtAddr address)
{
    VirtAddr const slot = slab.first - cache.pad;
    if (cache.size == 0 || address < slot || (address - slot) / cache.size >= slab.objects)
        return std::nullopt;
    SlabObject object;
    object.cache = &cache;
    object.slab = &slab;
    object.index = (address - slot) / cache.size;
    object.address = slab.first + object.index * cache.size;
    object.offset = static_cast<int64_t>(address - object.address);
    for (FreeObject const& free : slab.free)
        if (free.index == object.index)
            object.free_on = free.list;
    return object;
}

} // namespace pagelab::guest
