// The bitmaps of a per-CPU chunk: taking, giving back and finding runs of bits, and the summary
// that each block of 1024 bits keeps of them. Positions and lengths are in bits of a unit.
#pragma once

#include "guestkernel/mm/percpu.hpp"

namespace pagelab::mm {

inline constexpr unsigned kMapWordBits = 8 * sizeof(long);

inline bool test_bit(unsigned long const* map, unsigned bit)
{
    return (map[bit / kMapWordBits] >> bit % kMapWordBits & 1) != 0;
}

// The first bit at or behind `from` that is `value`, or `end`.
unsigned find_next(unsigned long const* map, unsigned from, unsigned end, bool value);

enum class bit_use { free, taken };
void fill_bits(unsigned long* map, unsigned start, unsigned count, bit_use use);

// What the blocks around [start, start + count) say, again from the map; and the chunk's hint.
void update_hints(pcpu_chunk& chunk, unsigned unit_bits, unsigned start, unsigned count);

// A block's summary, from the map.
pcpu_block_md summarize_block(unsigned long const* alloc_map, unsigned block);

// The chunk's largest run, from the summaries.
unsigned largest_run(pcpu_chunk const& chunk, unsigned blocks);

// The lowest place for `bits` bits at a multiple of `align`; unit_bits: there is none.
unsigned find_fit(pcpu_chunk const& chunk, unsigned unit_bits, unsigned bits, unsigned align);

} // namespace pagelab::mm
