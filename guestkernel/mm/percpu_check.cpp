// Verifies per-CPU memory: maps against hints, hints against lists, counts against both.
#include "guestkernel/mm/percpu.hpp"

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/percpu_map.hpp"

namespace pagelab::mm {

namespace {

bool equal(pcpu_block_md const& a, pcpu_block_md const& b)
{
    return a.contig_hint == b.contig_hint && a.left_free == b.left_free &&
           a.right_free == b.right_free;
}

// Of the bits from `start` on, one word's, those in [first, last).
unsigned long within(unsigned start, unsigned first, unsigned last)
{
    auto const below = [start](unsigned end) {
        unsigned const length = end > start ? end - start : 0;
        return length < kMapWordBits ? (1ul << length) - 1 : ~0ul;
    };
    return below(last) & ~below(first);
}

// The chunk's own bits, a word at a time: every allocation begins at a bound and ends before one.
char const* check_allocations(pcpu_chunk const& chunk, unsigned bits)
{
    unsigned const first = chunk.start_offset / PCPU_MIN_ALLOC_SIZE;
    unsigned const last = chunk.end_offset / PCPU_MIN_ALLOC_SIZE;
    unsigned free_bits = 0;
    unsigned allocs = 0;
    unsigned long carry = 0; // whether the last bit of the word before is taken
    for (unsigned start = 0; start < bits; start += kMapWordBits) {
        unsigned long const map = chunk.alloc_map[start / kMapWordBits];
        unsigned long const bounds = chunk.bound_map[start / kMapWordBits];
        unsigned long const own = within(start, first, last);
        if ((~map & ~own) != 0)
            return "chunk gives what is not its own";
        unsigned long const taken = map & own;
        unsigned long const is_free = ~map & own;
        unsigned long const before = taken << 1 | carry;
        if ((taken & ~before & ~bounds) != 0)
            return "allocation has no beginning";
        if ((is_free & before & ~bounds) != 0)
            return "allocation has no end";
        free_bits += lib::hweight_long(is_free);
        allocs += lib::hweight_long(taken & bounds);
        carry = taken >> (kMapWordBits - 1);
    }
    if (free_bits * PCPU_MIN_ALLOC_SIZE != chunk.free_bytes)
        return "free_bytes differs from the map";
    return allocs == chunk.nr_allocs ? nullptr : "nr_allocs differs from the map";
}

char const* check_chunk(pcpu_state const& p, pcpu_chunk const& chunk)
{
    unsigned const bits = p.layout.unit_size / PCPU_MIN_ALLOC_SIZE;
    unsigned const blocks = bits / PCPU_BITMAP_BLOCK_BITS;
    for (unsigned block = 0; block < blocks; block++) {
        if (!equal(chunk.md_blocks[block], summarize_block(chunk.alloc_map, block)))
            return "block's hints differ from the map";
    }
    if (chunk.contig_hint != largest_run(chunk, blocks))
        return "chunk's hint differs from its blocks'";
    return check_allocations(chunk, bits);
}

// Whether the chunk's list is the one for its largest run.
bool is_listed(pcpu_state const& p, pcpu_chunk const& chunk)
{
    lib::list_head const& head = p.slots[pcpu_chunk_slot(chunk)];
    for (lib::list_head const* link = head.next; link != &head; link = link->next) {
        if (link->next->prev != link)
            return false;
        if (link == &chunk.list)
            return true;
    }
    return false;
}

} // namespace

char const* check_percpu(pcpu_state const& p)
{
    if (char const* const damage = lib::rb_check(p.chunks))
        return damage;
    if (p.reserved_chunk != nullptr) {
        if (char const* const damage = check_chunk(p, *p.reserved_chunk))
            return damage;
    }
    unsigned chunks = 0;
    unsigned empty = 0;
    for (lib::rb_node* node = lib::rb_first(p.chunks); node != nullptr;
         node = lib::rb_next(*node)) {
        pcpu_chunk const& chunk = *CONTAINER_OF(node, pcpu_chunk, node);
        if (char const* const damage = check_chunk(p, chunk))
            return damage;
        if (!is_listed(p, chunk))
            return "chunk is not on the list of its size";
        chunks++;
        empty += &chunk != p.first_chunk && chunk.nr_allocs == 0 ? 1 : 0;
    }
    if (chunks != p.nr_chunks || empty != p.nr_empty_chunks)
        return "number of chunks is wrong";
    return empty <= 1 ? nullptr : "more than one chunk is empty";
}

} // namespace pagelab::mm
