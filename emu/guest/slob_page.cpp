// Blocks must be in order of address and must not touch, so that the walk ends.
#include "emu/guest/slob_page.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kUnit = 2; // bytes
constexpr int kPageUnits = kPageSize / kUnit;

struct Block {
    int units = 0;
    int next = 0; // unit of the page
};

Result<Block> read_block(KernelView const& view, VirtAddr page, int at)
{
    auto const number = [&](int unit) -> Result<int> {
        VirtAddr const place = page + static_cast<uint64_t>(unit) * kUnit;
        return static_cast<int16_t>(TRY(view.read_unsigned(place, kUnit)));
    };
    int const first = TRY(number(at));
    if (first < 0 || at + 1 >= kPageUnits)
        return Block{1, -first};
    return Block{first, TRY(number(at + 1))};
}

} // namespace

Result<std::vector<SlobBlock>> read_slob_page(KernelView const& view, VirtAddr page, VirtAddr head,
                                              std::vector<Damage>& damage)
{
    std::vector<SlobBlock> blocks;
    if (head < page || head - page >= kPageSize || (head - page) % kUnit != 0) {
        note(damage, {"free block is not in its page", page, page.value, head.value});
        return blocks;
    }
    for (int at = static_cast<int>((head - page) / kUnit); at != kPageUnits;) {
        Block const block = TRY(read_block(view, page, at));
        VirtAddr const here = page + static_cast<uint64_t>(at) * kUnit;
        int const end = at + block.units;
        bool const is_last = block.next == kPageUnits && end <= kPageUnits;
        if (block.units <= 0 || (!is_last && (end >= block.next || block.next > kPageUnits))) {
            note(damage, {"free blocks touch or are out of order", here, static_cast<uint64_t>(end),
                          static_cast<uint64_t>(block.next)});
            return blocks;
        }
        blocks.push_back({here, static_cast<uint64_t>(block.units) * kUnit});
        at = block.next;
    }
    return blocks;
}

} // namespace pagelab::guest
