// Both from the same three sums.
#include "emu/guest/fragmentation.hpp"

namespace pagelab::guest {

namespace {

struct FreeBlocks {
    uint64_t pages = 0;
    uint64_t total = 0;    // blocks
    uint64_t suitable = 0; // in blocks of the order
};

FreeBlocks count(std::span<uint64_t const> blocks, unsigned order)
{
    FreeBlocks free;
    for (unsigned i = 0; i < blocks.size(); ++i) {
        free.total += blocks[i];
        free.pages += blocks[i] << i;
        if (i >= order)
            free.suitable += blocks[i] << (i - order);
    }
    return free;
}

} // namespace

int64_t extfrag_index(std::span<uint64_t const> blocks, unsigned order)
{
    FreeBlocks const free = count(blocks, order);
    if (free.total == 0)
        return 0;
    if (free.suitable != 0)
        return -1000;
    uint64_t const requested = uint64_t{1} << order;
    return 1000 - static_cast<int64_t>((1000 + free.pages * 1000 / requested) / free.total);
}

int64_t unusable_index(std::span<uint64_t const> blocks, unsigned order)
{
    FreeBlocks const free = count(blocks, order);
    if (free.pages == 0)
        return 1000;
    return static_cast<int64_t>((free.pages - (free.suitable << order)) * 1000 / free.pages);
}

} // namespace pagelab::guest
