// The list of caches, a scan of all pages, and the text.
#include "emu/guest/slab.hpp"

#include <map>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/slab_reader.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxCaches = 100'000;
constexpr size_t kMaxName = 128;
constexpr uint64_t kSlabObjectsMask = 0x7fff; // SLUB; the word's other bit is "frozen"

Result<> read_caches(SlabReader& reader)
{
    KernelView const& view = reader.view;
    auto const link = TRY(view.types().member("kmem_cache", "list"));
    ListWalk const caches =
        list_walk(view, TRY(view.field_address(reader.root, "slab_caches", "list")), kMaxCaches);
    if (caches.damage)
        note(reader.report.damage, *caches.damage);
    for (VirtAddr const node : caches.nodes) {
        SlabCache cache;
        cache.address = view.advance(node, -link.offset);
        VirtAddr const name(TRY(view.read_field(cache.address, "kmem_cache", "name")));
        cache.name = TRY(view.read_string(name, kMaxName));
        cache.size = TRY(view.read_field(cache.address, "kmem_cache", "size"));
        if (reader.report.allocator == "slub")
            TRY(read_slub_cache(reader, cache));
        else if (reader.report.allocator == "slab")
            TRY(read_array_cache(reader, cache));
        reader.report.caches.push_back(std::move(cache));
    }
    return {};
}

// Counts the slabs that pages say they are.
Result<> scan_pages(SlabReader& reader)
{
    SlabReport& report = reader.report;
    auto const flags = TRY(reader.pages.number_in("slab", "__page_flags"));
    auto const owner = TRY(reader.pages.number_in("slab", "slab_cache"));
    auto const objects = TRY(reader.pages.number_in("slab", "objects_frozen"));
    uint64_t const slab_flag = uint64_t{1} << TRY(reader.view.types().constant("PG_slab"));
    std::map<VirtAddr, SlabCache*> by_address;
    for (SlabCache& cache : report.caches)
        by_address[cache.address] = &cache;
    auto const count = [&](Pfn pfn, std::span<std::byte const> page) {
        if ((number_at(page, flags) & slab_flag) == 0)
            return;
        if (report.heap) {
            report.heap->scanned_pages++;
            return;
        }
        VirtAddr const cache(number_at(page, owner));
        auto const found = by_address.find(cache);
        if (found == by_address.end()) {
            reader.damaged("slab of no cache", reader.pages.page_of(pfn), 0, cache.value);
            return;
        }
        found->second->scanned_slabs++;
        found->second->scanned_objects += report.allocator == "slub"
                                              ? number_at(page, objects) & kSlabObjectsMask
                                              : found->second->objects_per_slab;
    };
    for (Zone const& zone : TRY(read_zones(reader.view)))
        reader.pages.for_each_page(zone.start, zone.end(), count);
    return {};
}

void compare(SlabReader& reader, SlabCache const& cache)
{
    if (cache.nr_slabs != cache.scanned_slabs)
        reader.damaged("nr_slabs of " + cache.name, cache.address, cache.scanned_slabs,
                       cache.nr_slabs);
    if (cache.total_objects != cache.scanned_objects)
        reader.damaged("total_objects of " + cache.name, cache.address, cache.scanned_objects,
                       cache.total_objects);
}

} // namespace

std::vector<VirtAddr> SlabReader::walk(VirtAddr head)
{
    ListWalk found = list_walk(view, head, slabs_left);
    slabs_left -= found.nodes.size();
    if (found.damage)
        note(report.damage, *found.damage);
    return std::move(found.nodes);
}

void SlabReader::damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
{
    note(report.damage, {std::move(what), where, expected, found});
}

Result<std::optional<SlabReader::Place>> SlabReader::slab_of_node(VirtAddr node)
{
    VirtAddr const slab = view.advance(node, -TRY(view.types().member("slab", "slab_list")).offset);
    auto const pfn = pages.pfn_of_list_node(node);
    if (pfn)
        return Place{slab, *pfn};
    damaged("slab in no struct page", slab, 0, slab.value);
    return std::nullopt;
}

VirtAddr SlabReader::address_of(Pfn pfn) const
{
    return view.advance(VirtAddr(page_offset), pfn_to_phys(pfn).value);
}

Result<VirtAddr> SlabReader::head_at(VirtAddr address) const
{
    VirtAddr const page = pages.page_of(Pfn((address.value - page_offset) / kPageSize));
    uint64_t const head = TRY(view.read_field(page, "page", "compound_head"));
    return head % 2 != 0 ? VirtAddr(head - 1) : page;
}

Result<SlabReport> read_slabs(KernelView const& view)
{
    auto const pages = TRY(PageMap::create(view));
    VirtAddr const root = TRY(view.types().variable("caches")).address;
    SlabReport report;
    VirtAddr const operations(TRY(view.read_field(root, "slab_caches", "ops")));
    VirtAddr const name(TRY(view.read_field(operations, "slab_operations", "name")));
    report.allocator = TRY(view.read_string(name, kMaxName));
    SlabReader reader{view, pages, report, root};
    reader.page_offset = TRY(view.read_field(root, "slab_caches", "env.page_offset"));
    VirtAddr const node = TRY(node_address(view));
    reader.cpus = TRY(view.read_field(node, "pglist_data", "nr_online_cpus"));
    TRY(read_caches(reader));
    if (report.allocator == "slob")
        TRY(read_slob_heap(reader));
    TRY(scan_pages(reader));
    for (SlabCache const& cache : report.caches)
        compare(reader, cache);
    return report;
}

std::string format_slabinfo(SlabReport const& report)
{
    if (report.heap)
        return "";
    std::string text = "slabinfo - version: 2.1\n"
                       "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                       "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                       "<active_slabs> <num_slabs> <sharedavail>\n";
    for (SlabCache const& cache : report.caches)
        text += fmt::format("{:<17} {:6} {:6} {:6} {:4} {:4} : tunables {:4} {:4} {:4} : slabdata "
                            "{:6} {:6} {:6}\n",
                            cache.name, cache.total_objects - cache.nr_free, cache.total_objects,
                            cache.size, cache.objects_per_slab, uint64_t{1} << cache.order,
                            cache.limit, cache.batchcount, cache.shared, cache.active_slabs,
                            cache.nr_slabs, cache.shared_avail);
    return text;
}

} // namespace pagelab::guest
