// Runs of bits in the maps of a per-CPU chunk.
#include "guestkernel/mm/percpu_map.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/bitops.hpp"

namespace pagelab::mm {

unsigned find_next(unsigned long const* map, unsigned from, unsigned end, bool value)
{
    unsigned long const flip = value ? 0 : ~0ul;
    while (from < end) {
        unsigned long const word = (map[from / kMapWordBits] ^ flip) >> from % kMapWordBits;
        if (word != 0) {
            unsigned const found = from + lib::lowest_bit(word);
            return found < end ? found : end;
        }
        from = lib::align_down(from, kMapWordBits) + kMapWordBits;
    }
    return end;
}

void fill_bits(unsigned long* map, unsigned start, unsigned count, bit_use use)
{
    for (unsigned end = start + count; start < end;) {
        unsigned const offset = start % kMapWordBits;
        unsigned const room = kMapWordBits - offset;
        unsigned const length = end - start < room ? end - start : room;
        unsigned long const mask = (~0ul >> (kMapWordBits - length)) << offset;
        if (use == bit_use::taken)
            map[start / kMapWordBits] |= mask;
        else
            map[start / kMapWordBits] &= ~mask;
        start += length;
    }
}

pcpu_block_md summarize_block(unsigned long const* alloc_map, unsigned block)
{
    unsigned const start = block * PCPU_BITMAP_BLOCK_BITS;
    unsigned const end = start + PCPU_BITMAP_BLOCK_BITS;
    pcpu_block_md md = {};
    unsigned at = start;
    while (at < end) {
        unsigned const run = find_next(alloc_map, at, end, false);
        at = find_next(alloc_map, run, end, true);
        unsigned const length = at - run;
        md.left_free = run == start ? length : md.left_free;
        md.right_free = at == end ? length : 0;
        md.contig_hint = length > md.contig_hint ? length : md.contig_hint;
    }
    return md;
}

unsigned largest_run(pcpu_chunk const& chunk, unsigned blocks)
{
    unsigned largest = 0;
    unsigned open = 0; // length of the run that reaches the end of the blocks seen
    for (unsigned i = 0; i < blocks; i++) {
        pcpu_block_md const& md = chunk.md_blocks[i];
        unsigned const joined = open + md.left_free;
        largest = joined > largest ? joined : largest;
        largest = md.contig_hint > largest ? md.contig_hint : largest;
        open = md.left_free == PCPU_BITMAP_BLOCK_BITS ? joined : md.right_free;
    }
    return largest;
}

void update_hints(pcpu_chunk& chunk, unsigned unit_bits, unsigned start, unsigned count)
{
    unsigned const last = (start + count - 1) / PCPU_BITMAP_BLOCK_BITS;
    for (unsigned block = start / PCPU_BITMAP_BLOCK_BITS; block <= last; block++)
        chunk.md_blocks[block] = summarize_block(chunk.alloc_map, block);
    chunk.contig_hint = largest_run(chunk, unit_bits / PCPU_BITMAP_BLOCK_BITS);
}

unsigned find_fit(pcpu_chunk const& chunk, unsigned unit_bits, unsigned bits, unsigned align)
{
    unsigned open = 0; // where the run begins that reaches this block; == its start: none does
    for (unsigned start = 0; start < unit_bits; start += PCPU_BITMAP_BLOCK_BITS) {
        pcpu_block_md const& md = chunk.md_blocks[start / PCPU_BITMAP_BLOCK_BITS];
        unsigned const end = start + PCPU_BITMAP_BLOCK_BITS;
        unsigned const joined = lib::align_up(open, align);
        if (joined + bits <= start + md.left_free)
            return joined;
        unsigned at = start + md.left_free;
        while (md.contig_hint >= bits && at < end) {
            unsigned const run = find_next(chunk.alloc_map, at, end, false);
            at = find_next(chunk.alloc_map, run, end, true);
            if (lib::align_up(run, align) + bits <= at)
                return lib::align_up(run, align);
        }
        if (md.left_free < PCPU_BITMAP_BLOCK_BITS)
            open = end - md.right_free;
    }
    return unit_bits;
}

} // namespace pagelab::mm
