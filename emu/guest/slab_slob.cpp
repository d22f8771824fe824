// SLOB: three lists of pages with free blocks.
#include "emu/guest/slab_reader.hpp"
#include "emu/guest/slob_page.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kUnit = 2; // bytes

Result<> read_list(SlabReader& reader, VirtAddr head, uint64_t slab_flag)
{
    for (VirtAddr const node : reader.walk(head)) {
        auto const place = TRY(reader.slab_of_node(node));
        if (!place)
            continue;
        uint64_t const flags = TRY(reader.view.read_field(place->slab, "slab", "__page_flags"));
        if ((flags & slab_flag) == 0)
            reader.damaged("page is not the heap's", place->slab, slab_flag, flags);
        uint64_t const units = TRY(reader.view.read_field(place->slab, "slab", "units"));
        VirtAddr const head_block(TRY(reader.view.read_field(place->slab, "slab", "freelist")));
        uint64_t counted = 0;
        for (SlobBlock const& block : TRY(read_slob_page(reader.view, reader.address_of(place->pfn),
                                                         head_block, reader.report.damage)))
            counted += block.bytes / kUnit;
        if (units != counted)
            reader.damaged("free units of a page", place->slab, counted, units);
        reader.report.heap->pages++;
        reader.report.heap->free_bytes += counted * kUnit;
    }
    return {};
}

} // namespace

Result<> read_slob_heap(SlabReader& reader)
{
    KernelView const& view = reader.view;
    reader.report.heap.emplace();
    uint64_t const slab_flag = uint64_t{1} << TRY(view.types().constant("PG_slab"));
    VirtAddr const heap(TRY(view.read_field(reader.root, "slab_caches", "allocator")));
    for (char const* list : {"free_slob_small", "free_slob_medium", "free_slob_large"}) {
        VirtAddr const head = TRY(view.field_address(heap, "slob_heap", list));
        TRY(read_list(reader, head, slab_flag));
    }
    return {};
}

} // namespace pagelab::guest
