// SLOB: three lists of pages with free blocks, and the chain of blocks in each page.
//
// A free block of several units (of 2 bytes) begins with their number and the unit at which the
// next one is; a block of one unit has that unit's number, negative. The last leads to the page's
// end.
#include "emu/guest/slab_reader.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kUnit = 2; // bytes
constexpr int kPageUnits = kPageSize / kUnit;

struct Block {
    int units = 0;
    int next = 0; // unit of the page
};

Result<Block> read_block(SlabReader const& reader, VirtAddr page, int at)
{
    auto const number = [&](int unit) -> Result<int> {
        auto const raw =
            TRY(reader.view.read_unsigned(page + static_cast<uint64_t>(unit) * kUnit, kUnit));
        return static_cast<int16_t>(raw);
    };
    int const first = TRY(number(at));
    if (first < 0 || at + 1 >= kPageUnits)
        return Block{1, -first};
    return Block{first, TRY(number(at + 1))};
}

// Free units of the page, by its chain: blocks in order of address that do not touch.
Result<uint64_t> count_units(SlabReader& reader, SlabReader::Place const& place)
{
    VirtAddr const page = reader.address_of(place.pfn);
    VirtAddr const head(TRY(reader.view.read_field(place.slab, "slab", "freelist")));
    if (head < page || head - page >= kPageSize || (head - page) % kUnit != 0) {
        reader.damaged("free block is not in its page", place.slab, page.value, head.value);
        return 0;
    }
    uint64_t free = 0;
    for (int at = static_cast<int>((head - page) / kUnit); at != kPageUnits;) {
        Block const block = TRY(read_block(reader, page, at));
        int const end = at + block.units;
        bool const is_last = block.next == kPageUnits && end <= kPageUnits;
        if (block.units <= 0 || (!is_last && (end >= block.next || block.next > kPageUnits))) {
            reader.damaged("free blocks touch or are out of order",
                           page + static_cast<uint64_t>(at) * kUnit, static_cast<uint64_t>(end),
                           static_cast<uint64_t>(block.next));
            return free;
        }
        free += static_cast<uint64_t>(block.units);
        at = block.next;
    }
    return free;
}

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
        uint64_t const counted = TRY(count_units(reader, *place));
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
