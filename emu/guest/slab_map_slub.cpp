// SLUB: links inside free objects, from the slab and from the CPU that has it.
#include <algorithm>
#include <cstring>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/slab_mapper.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxCpus = 64;
constexpr uint64_t kMaxCpuPartial = 256;

// Follows one list through the slab's bytes; its objects become free.
class Follower {
  public:
    Follower(SlabMapper& mapper, SlabCacheMap const& cache) : mapper_(mapper), cache_(cache) {}

    void follow(Slab& slab, VirtAddr head, int16_t list)
    {
        if (head.value == 0 || !load(slab))
            return;
        uint64_t const word = mapper_.view.types().pointer_size();
        VirtAddr from = slab.page;
        for (VirtAddr at = head; at.value != 0;) {
            uint64_t const offset = at - slab.first;
            uint64_t const index = offset / cache_.size;
            if (at < slab.first || index >= slab.objects || offset % cache_.size != 0)
                return mapper_.damaged("invalid freepointer in " + cache_.name, from,
                                       slab.first.value, at.value);
            if (taken_[index] || mapper_.steps_left == 0)
                return mapper_.damaged("duplicate freelist object in " + cache_.name, from, 0,
                                       at.value);
            taken_[index] = true;
            mapper_.steps_left--;
            slab.free.push_back({static_cast<uint32_t>(index), list});
            uint64_t const link = offset + cache_.offset;
            if (link + word > bytes_.size())
                return mapper_.damaged("free pointer outside the slab of " + cache_.name, at,
                                       bytes_.size(), link);
            uint64_t next = 0;
            std::memcpy(&next, bytes_.data() + link, word);
            from = at;
            at = VirtAddr(next);
        }
    }

  private:
    // The slab's bytes from its first object on, and which objects are free so far.
    bool load(Slab const& slab)
    {
        bytes_.resize(cache_.size * slab.objects);
        taken_.assign(slab.objects, false);
        for (FreeObject const& free : slab.free)
            taken_[free.index] = true;
        uint64_t const room = cache_.slab_bytes() - cache_.pad;
        bytes_.resize(std::min<uint64_t>(bytes_.size(), room));
        if (!bytes_.empty() && mapper_.view.memory().read(slab.first, bytes_))
            return true;
        mapper_.damaged("unreadable slab of " + cache_.name, slab.page, 0, slab.first.value);
        return false;
    }

    SlabMapper& mapper_;
    SlabCacheMap const& cache_;
    std::vector<std::byte> bytes_;
    std::vector<bool> taken_;
};

Result<> place_node_slabs(SlabMapper& mapper, SlabCacheMap& cache, VirtAddr node)
{
    KernelView const& view = mapper.view;
    auto const link = TRY(view.types().member("slab", "slab_list"));
    VirtAddr const head = TRY(view.field_address(node, "kmem_cache_node", "partial"));
    ListWalk const partial = list_walk(view, head, cache.slabs.size() + 1);
    if (partial.damage)
        note(mapper.map.damage, *partial.damage);
    for (VirtAddr const at : partial.nodes) {
        VirtAddr const page = view.advance(at, -link.offset);
        if (Slab* const slab = SlabMapper::slab_of_page(cache, page))
            slab->place = SlabPlace::Partial;
        else
            mapper.damaged("partial slab is none of " + cache.name, page, cache.address.value, 0);
    }
    return {};
}

Result<> place_cpu_slabs(SlabMapper& mapper, SlabCacheMap& cache, Follower& follower, unsigned cpu)
{
    KernelView const& view = mapper.view;
    VirtAddr const own =
        TRY(view.field_address(cache.address, "kmem_cache", fmt::format("cpu_slab[{}]", cpu)));
    VirtAddr const page(TRY(view.read_field(own, "kmem_cache_cpu", "slab")));
    VirtAddr const head(TRY(view.read_field(own, "kmem_cache_cpu", "freelist")));
    if (Slab* const slab = SlabMapper::slab_of_page(cache, page)) {
        slab->place = SlabPlace::Cpu;
        slab->cpu = cpu;
        follower.follow(*slab, head, static_cast<int16_t>(cpu));
    } else if (page.value != 0 || head.value != 0) {
        mapper.damaged("slab of a CPU is none of " + cache.name, own, 0, page.value);
    }
    VirtAddr next(TRY(view.read_field(own, "kmem_cache_cpu", "partial")));
    for (uint64_t i = 0; next.value != 0; i++) {
        Slab* const slab = SlabMapper::slab_of_page(cache, next);
        if (slab == nullptr || i == kMaxCpuPartial) {
            mapper.damaged("partial slab of a CPU is none of " + cache.name, own, 0, next.value);
            break;
        }
        slab->place = SlabPlace::CpuPartial;
        slab->cpu = cpu;
        next = VirtAddr(TRY(view.read_field(next, "slab", "next")));
    }
    return {};
}

} // namespace

Slab* SlabMapper::slab_of_page(SlabCacheMap& cache, VirtAddr page)
{
    auto const found = std::ranges::lower_bound(cache.slabs, page, {}, &Slab::page);
    return found != cache.slabs.end() && found->page == page ? &*found : nullptr;
}

Result<> map_slub_lists(SlabMapper& mapper, SlabCacheMap& cache)
{
    Follower follower(mapper, cache);
    VirtAddr const node(TRY(mapper.view.read_field(cache.address, "kmem_cache", "node[0]")));
    TRY(place_node_slabs(mapper, cache, node));
    for (unsigned cpu = 0; cpu < std::min(mapper.cpus, kMaxCpus); cpu++)
        TRY(place_cpu_slabs(mapper, cache, follower, cpu));
    for (Slab& slab : cache.slabs) {
        follower.follow(slab, mapper.freelists[slab.pfn.value], kSlabsOwn);
        uint64_t own = 0;
        uint64_t of_cpu = 0;
        for (FreeObject const& free : slab.free)
            (free.list == kSlabsOwn ? own : of_cpu)++;
        if (own + slab.inuse != slab.objects || of_cpu > slab.inuse)
            mapper.damaged("objects in use of a slab of " + cache.name, slab.page,
                           slab.objects - own, slab.inuse);
    }
    return {};
}

} // namespace pagelab::guest
