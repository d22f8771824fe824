// The list of caches, each node's partial list, and a scan of all pages.
#include "emu/guest/slab.hpp"

#include <map>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/page_map.hpp"
#include "emu/guest/slab_freelist.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxCaches = 100'000;
constexpr size_t kMaxSlabs = 1 << 24; // of all caches together
constexpr size_t kMaxName = 128;
constexpr uint64_t kMaxOrder = 10;
constexpr unsigned kOrderShift = 16;          // OO_SHIFT
constexpr uint64_t kObjectsMask = 0xffff;     // of kmem_cache_order_objects
constexpr uint64_t kSlabObjectsMask = 0x7fff; // the word's other bit is "frozen"

class Reader {
  public:
    Reader(KernelView const& view, PageMap const& pages, SlabReport& report)
        : view_(view), pages_(pages), report_(report)
    {
    }

    Result<> read_caches()
    {
        root_ = TRY(view_.types().variable("caches")).address;
        auto const link = TRY(view_.types().member("kmem_cache", "list"));
        for (VirtAddr const node :
             walk(TRY(view_.field_address(root_, "slab_caches", "list")), kMaxCaches))
            report_.caches.push_back(TRY(read_cache(view_.advance(node, -link.offset))));
        return {};
    }

    // Counts the slabs that pages say they are.
    Result<> scan_pages()
    {
        auto const flags = TRY(pages_.number_in("slab", "__page_flags"));
        auto const owner = TRY(pages_.number_in("slab", "slab_cache"));
        auto const objects = TRY(pages_.number_in("slab", "objects_frozen"));
        uint64_t const slab_flag = uint64_t{1} << TRY(view_.types().constant("PG_slab"));
        std::map<VirtAddr, SlabCache*> by_address;
        for (SlabCache& cache : report_.caches)
            by_address[cache.address] = &cache;
        for (Zone const& zone : TRY(read_zones(view_))) {
            pages_.for_each_page(zone.start, zone.end(), [&](Pfn pfn, auto page) {
                if ((number_at(page, flags) & slab_flag) == 0)
                    return;
                VirtAddr const cache(number_at(page, owner));
                auto const found = by_address.find(cache);
                if (found == by_address.end()) {
                    damaged("slab of no cache", pages_.page_of(pfn), 0, cache.value);
                    return;
                }
                found->second->scanned_slabs++;
                found->second->scanned_objects += number_at(page, objects) & kSlabObjectsMask;
            });
        }
        for (SlabCache const& cache : report_.caches)
            compare(cache);
        return {};
    }

  private:
    std::vector<VirtAddr> walk(VirtAddr head, size_t limit)
    {
        ListWalk found = list_walk(view_, head, limit);
        if (found.damage)
            note(report_.damage, *found.damage);
        return std::move(found.nodes);
    }

    Result<SlabCache> read_cache(VirtAddr address)
    {
        auto const field = [&](char const* name) {
            return view_.read_field(address, "kmem_cache", name);
        };
        SlabCache cache;
        cache.address = address;
        VirtAddr const name(TRY(field("name")));
        cache.name = TRY(view_.read_string(name, kMaxName));
        cache.size = TRY(field("size"));
        uint64_t const shape = TRY(field("oo.x"));
        cache.objects_per_slab = shape & kObjectsMask;
        cache.order = shape >> kOrderShift;
        if (cache.order > kMaxOrder) {
            damaged("order of a slab of " + cache.name, address, kMaxOrder, cache.order);
            cache.order = 0;
        }
        VirtAddr const node(TRY(field("node[0]")));
        cache.nr_slabs = TRY(view_.read_field(node, "kmem_cache_node", "nr_slabs"));
        cache.total_objects = TRY(view_.read_field(node, "kmem_cache_node", "total_objects"));
        cache.nr_free = TRY(count_partial(address, node));
        return cache;
    }

    // All free objects of a slab that no CPU owns are on its own list.
    Result<> check_freelist(VirtAddr cache, VirtAddr link, uint64_t objects, uint64_t inuse)
    {
        auto const offset = TRY(view_.types().member("slab", "slab_list")).offset;
        VirtAddr const slab = view_.advance(link, -offset);
        auto const pfn = pages_.pfn_of_list_node(link);
        if (!pfn) {
            damaged("slab in no struct page", slab, 0, slab.value);
            return {};
        }
        auto const of_cache = [&](char const* name) {
            return view_.read_field(cache, "kmem_cache", name);
        };
        uint64_t const base = TRY(view_.read_field(root_, "slab_caches", "env.page_offset"));
        uint64_t const in_slab = TRY(of_cache("red_left_pad"));
        SlabShape const shape{view_.advance(VirtAddr(base), pfn_to_phys(*pfn).value + in_slab),
                              TRY(of_cache("size")), objects, TRY(of_cache("offset"))};
        VirtAddr const head(TRY(view_.read_field(slab, "slab", "freelist")));
        SlabFreeList const list = walk_freelist(view_, shape, head);
        if (list.damage)
            note(report_.damage, *list.damage);
        else if (list.length + inuse != objects)
            damaged("length of a free list", slab, objects - inuse, list.length);
        return {};
    }

    Result<uint64_t> count_partial(VirtAddr cache, VirtAddr node)
    {
        auto const link = TRY(view_.types().member("slab", "slab_list"));
        auto const slabs =
            walk(TRY(view_.field_address(node, "kmem_cache_node", "partial")), slabs_left_);
        slabs_left_ -= slabs.size();
        uint64_t free = 0;
        for (VirtAddr const at : slabs) {
            VirtAddr const slab = view_.advance(at, -link.offset);
            uint64_t const objects =
                TRY(view_.read_field(slab, "slab", "objects_frozen")) & kSlabObjectsMask;
            uint64_t const inuse = TRY(view_.read_field(slab, "slab", "inuse"));
            if (inuse > objects)
                damaged("more objects in use than there are", slab, objects, inuse);
            else
                free += objects - inuse;
            TRY(check_freelist(cache, at, objects, inuse));
        }
        uint64_t const counted = TRY(view_.read_field(node, "kmem_cache_node", "nr_partial"));
        if (counted != slabs.size())
            damaged("nr_partial", node, slabs.size(), counted);
        return free;
    }

    void compare(SlabCache const& cache)
    {
        if (cache.nr_slabs != cache.scanned_slabs)
            damaged("nr_slabs of " + cache.name, cache.address, cache.scanned_slabs,
                    cache.nr_slabs);
        if (cache.total_objects != cache.scanned_objects)
            damaged("total_objects of " + cache.name, cache.address, cache.scanned_objects,
                    cache.total_objects);
    }

    void damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        note(report_.damage, {std::move(what), where, expected, found});
    }

    KernelView const& view_;
    PageMap const& pages_;
    SlabReport& report_;
    VirtAddr root_;                 // struct slab_caches
    size_t slabs_left_ = kMaxSlabs; // caches that share a node must not make it longer
};

} // namespace

Result<SlabReport> read_slabs(KernelView const& view)
{
    auto const pages = TRY(PageMap::create(view));
    SlabReport report;
    Reader reader(view, pages, report);
    TRY(reader.read_caches());
    TRY(reader.scan_pages());
    return report;
}

std::string format_slabinfo(SlabReport const& report)
{
    std::string text = "slabinfo - version: 2.1\n"
                       "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                       "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                       "<active_slabs> <num_slabs> <sharedavail>\n";
    for (SlabCache const& cache : report.caches)
        text += fmt::format("{:<17} {:6} {:6} {:6} {:4} {:4} : tunables {:4} {:4} {:4} : slabdata "
                            "{:6} {:6} {:6}\n",
                            cache.name, cache.total_objects - cache.nr_free, cache.total_objects,
                            cache.size, cache.objects_per_slab, uint64_t{1} << cache.order, 0, 0, 0,
                            cache.nr_slabs, cache.nr_slabs, 0);
    return text;
}

} // namespace pagelab::guest
