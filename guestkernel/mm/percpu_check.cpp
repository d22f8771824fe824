// Verifies per-CPU memory: maps against hints, hints against lists, counts against both.
#include "guestkernel/mm/percpu.hpp"

#include "guestkernel/mm/percpu_map.hpp"

namespace pagelab::mm {

namespace {

bool equal(pcpu_block_md const& a, pcpu_block_md const& b)
{
    return a.contig_hint == b.contig_hint && a.left_free == b.left_free &&
           a.right_free == b.right_free;
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
    unsigned const first = chunk.start_offset / PCPU_MIN_ALLOC_SIZE;
    unsigned const last = chunk.end_offset / PCPU_MIN_ALLOC_SIZE;
    unsigned free_bits = 0;
    unsigned allocs = 0;
    bool was_taken = false;
    for (unsigned bit = 0; bit < bits; bit++) {
        bool const taken = test_bit(chunk.alloc_map, bit);
        if (!taken && (bit < first || bit >= last))
            return "chunk gives what is not its own";
        if (bit < first || bit >= last)
            continue;
        bool const begins = taken && test_bit(chunk.bound_map, bit);
        if (taken && !was_taken && !begins)
            return "allocation has no beginning";
        if (!taken && was_taken && !test_bit(chunk.bound_map, bit))
            return "allocation has no end";
        free_bits += taken ? 0 : 1;
        allocs += begins ? 1 : 0;
        was_taken = taken;
    }
    if (free_bits * PCPU_MIN_ALLOC_SIZE != chunk.free_bytes)
        return "free_bytes differs from the map";
    return allocs == chunk.nr_allocs ? nullptr : "nr_allocs differs from the map";
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
