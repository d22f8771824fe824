// Three kinds of objects into one table.
#include "emu/guest/heap_objects.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxOrder = 10;

class Collector {
  public:
    Collector(KernelView const& view, KernelIndex const& index, HeapObjects& table)
        : view_(view), index_(index), table_(table)
    {
    }

    void collect_slab_objects()
    {
        for (SlabCacheMap const& cache : index_.slabs.caches) {
            auto& numbers = table_.first_of_slab.emplace_back();
            for (Slab const& slab : cache.slabs) {
                numbers.push_back(table_.objects.size());
                for (uint64_t i = 0; i < slab.objects; i++)
                    table_.objects.push_back({slab.first + i * cache.size,
                                              std::min(cache.object_size, cache.size),
                                              cache.name.c_str(), &cache, false, false});
                for (FreeObject const& free : slab.free)
                    table_.objects[numbers.back() + free.index].size = 0;
            }
        }
    }

    // Areas in use do not overlap, and have no more pages than there are.
    void collect_areas()
    {
        uint64_t const frames = view_.memory().end().value;
        for (VmapArea const& area : index_.vmap.areas) {
            if (area.is_lazy || area.nr_pages == 0)
                continue;
            uint64_t const pages = std::min(area.nr_pages, frames);
            uint64_t const bytes = std::min(pages * kPageSize, area.end - area.start);
            bool const is_stack = index_.tasks.on_stack(area.start) != nullptr;
            table_.areas.push_back(table_.objects.size());
            table_.objects.push_back({area.start, bytes, "vmalloc", nullptr, is_stack, is_stack});
        }
        std::ranges::sort(table_.areas, {}, [&](size_t i) { return table_.objects[i].start; });
        for (size_t i = 1; i < table_.areas.size(); i++) {
            HeapObject& before = table_.objects[table_.areas[i - 1]];
            uint64_t const room = table_.objects[table_.areas[i]].start - before.start;
            before.size = std::min(before.size, room);
        }
    }

    // Compound blocks that are no slab.
    Result<> collect_blocks()
    {
        auto const flags = TRY(index_.pages.number_in("page", "flags"));
        auto const bit = [&](char const* name) -> Result<uint64_t> {
            return uint64_t{1} << (TRY(view_.types().constant(name)) & 63);
        };
        uint64_t const head = TRY(bit("PG_head"));
        uint64_t const others = TRY(bit("PG_slab")) | TRY(bit("PG_reserved")) | TRY(bit("PG_lru"));
        std::vector<Pfn> heads;
        for (Zone const& zone : index_.zones)
            index_.pages.for_each_page(zone.start, zone.end(),
                                       [&](Pfn pfn, std::span<std::byte const> page) {
                                           if ((number_at(page, flags) & (head | others)) == head)
                                               heads.push_back(pfn);
                                       });
        Pfn end; // no block is in another
        for (Pfn const pfn : heads)
            if (pfn >= end)
                end = pfn + add_block(pfn);
        return {};
    }

  private:
    // How many pages the block has; 0: it is none.
    uint64_t add_block(Pfn head)
    {
        VirtAddr const tail = index_.pages.page_of(head + 1);
        auto const order = view_.read_field(tail, "page", "compound_order");
        auto const address = index_.direct.address_of(head);
        if (!order || *order > kMaxOrder || !address)
            return 0;
        for (uint64_t i = 0; i < uint64_t{1} << *order; i++)
            table_.blocks[head.value + i] = table_.objects.size();
        table_.objects.push_back(
            {*address, kPageSize << *order, "kmalloc-large", nullptr, false, false});
        return uint64_t{1} << *order;
    }

    KernelView const& view_;
    KernelIndex const& index_;
    HeapObjects& table_;
};

HeapObject* contained(std::vector<HeapObject>& objects, size_t number, VirtAddr address)
{
    HeapObject& object = objects[number];
    return address - object.start < object.size ? &object : nullptr;
}

} // namespace

HeapObject* HeapObjects::find(KernelIndex const& index, VirtAddr address)
{
    if (auto const physical = index.direct.physical_of(address)) {
        uint64_t const pfn = phys_to_pfn(*physical).value;
        if (auto const block = blocks.find(pfn); block != blocks.end())
            return &objects[block->second];
        auto const page = index.slab_pages.find(pfn);
        if (page == index.slab_pages.end())
            return nullptr;
        SlabCacheMap const& cache = index.slabs.caches[page->second.cache];
        Slab const& slab = cache.slabs[page->second.slab];
        if (cache.size == 0 || address < slab.first ||
            (address - slab.first) / cache.size >= slab.objects)
            return nullptr;
        size_t const first = first_of_slab[page->second.cache][page->second.slab];
        return contained(objects, first + (address - slab.first) / cache.size, address);
    }
    auto const after =
        std::ranges::upper_bound(areas, address, {}, [&](size_t i) { return objects[i].start; });
    return after == areas.begin() ? nullptr : contained(objects, *std::prev(after), address);
}

Result<HeapObjects> collect_heap_objects(KernelView const& view, KernelIndex const& index)
{
    HeapObjects table;
    Collector collector(view, index, table);
    collector.collect_slab_objects();
    collector.collect_areas();
    TRY(collector.collect_blocks());
    return table;
}

} // namespace pagelab::guest
