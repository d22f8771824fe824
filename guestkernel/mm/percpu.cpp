// Per-CPU allocation: which chunk, which bits of it, and when to add or drop a chunk.
#include "guestkernel/mm/percpu.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/percpu_map.hpp"

namespace pagelab::mm {

using lib::Error;
using lib::Result;

namespace {

unsigned unit_bits(pcpu_state const& p)
{
    return p.layout.unit_size / PCPU_MIN_ALLOC_SIZE;
}

size_t map_bytes(unsigned unit_size)
{
    return unit_size / PCPU_MIN_ALLOC_SIZE / 8;
}

size_t units_bytes(pcpu_state const& p)
{
    return size_t{p.layout.nr_units} * p.layout.unit_size;
}

// Linux' pcpu_size_to_slot: by powers of two from 32 bytes on.
unsigned slot_of_size(unsigned bytes)
{
    unsigned const highest = lib::fls64(bytes);
    unsigned const slot =
        highest > PCPU_SLOT_BASE_SHIFT - 1 ? highest - unsigned{PCPU_SLOT_BASE_SHIFT} + 2 : 1;
    return slot < kPcpuSlots ? slot : unsigned{kPcpuSlots} - 1;
}

pcpu_chunk& chunk_of(lib::rb_node& node)
{
    return *CONTAINER_OF(&node, pcpu_chunk, node);
}

// A chunk that may give [start_offset, end_offset) of its units.
pcpu_chunk& init_chunk(pcpu_state const& p, void* description, uintptr_t base_addr,
                       unsigned start_offset, unsigned end_offset)
{
    auto* const bytes = static_cast<char*>(description);
    auto& chunk = *static_cast<pcpu_chunk*>(description);
    size_t const map = map_bytes(p.layout.unit_size);
    chunk.base_addr = base_addr;
    chunk.start_offset = start_offset;
    chunk.end_offset = end_offset;
    chunk.alloc_map = reinterpret_cast<unsigned long*>(bytes + sizeof(pcpu_chunk));
    chunk.bound_map = reinterpret_cast<unsigned long*>(bytes + sizeof(pcpu_chunk) + map);
    chunk.md_blocks = reinterpret_cast<pcpu_block_md*>(bytes + sizeof(pcpu_chunk) + 2 * map);
    chunk.free_bytes = end_offset - start_offset;
    unsigned const start = start_offset / PCPU_MIN_ALLOC_SIZE;
    unsigned const end = end_offset / PCPU_MIN_ALLOC_SIZE;
    fill_bits(chunk.alloc_map, 0, start, bit_use::taken);
    fill_bits(chunk.alloc_map, end, unit_bits(p) - end, bit_use::taken);
    update_hints(chunk, unit_bits(p), 0, unit_bits(p));
    return chunk;
}

void link_chunk(pcpu_state& p, pcpu_chunk& chunk)
{
    lib::rb_node* parent = nullptr;
    lib::rb_node** link = &p.chunks.rb_node;
    while (*link != nullptr) {
        parent = *link;
        link = chunk.base_addr < chunk_of(*parent).base_addr ? &parent->rb_left : &parent->rb_right;
    }
    lib::rb_link_node(chunk.node, parent, *link);
    lib::rb_insert_color(chunk.node, p.chunks);
    lib::list_add(chunk.list, p.slots[pcpu_chunk_slot(chunk)]);
    p.nr_chunks++;
}

// Not yet one of the state's.
Result<pcpu_chunk*> create_chunk(pcpu_state const& p)
{
    void* const description =
        p.env.allocate(p.env.context, pcpu_chunk_struct_size(p.layout.unit_size));
    if (description == nullptr)
        return Error{"no memory for a chunk"};
    void* const units = p.env.allocate_units(p.env.context, units_bytes(p));
    if (units == nullptr) {
        p.env.free(p.env.context, description);
        return Error{"no memory for the units of a chunk"};
    }
    memset(description, 0, pcpu_chunk_struct_size(p.layout.unit_size));
    return &init_chunk(p, description, reinterpret_cast<uintptr_t>(units), 0, p.layout.unit_size);
}

void unlink_chunk(pcpu_state& p, pcpu_chunk& chunk)
{
    lib::list_del(chunk.list);
    lib::rb_erase(chunk.node, p.chunks);
    p.nr_chunks--;
    p.nr_empty_chunks--;
}

void destroy_chunk(pcpu_state& p, pcpu_chunk& chunk)
{
    p.env.free_units(p.env.context, reinterpret_cast<void*>(chunk.base_addr));
    p.env.free(p.env.context, &chunk);
}

// The chunk an address of unit 0 lies in, and may give; null: none.
pcpu_chunk* find_chunk(pcpu_state const& p, uintptr_t address)
{
    auto const gives = [&](pcpu_chunk const& c) {
        return address >= c.base_addr + c.start_offset && address < c.base_addr + c.end_offset;
    };
    if (p.reserved_chunk != nullptr && gives(*p.reserved_chunk))
        return p.reserved_chunk;
    for (lib::rb_node* node = p.chunks.rb_node; node != nullptr;) {
        pcpu_chunk& chunk = chunk_of(*node);
        if (gives(chunk))
            return &chunk;
        node = address < chunk.base_addr ? node->rb_left : node->rb_right;
    }
    return nullptr;
}

void changed(pcpu_state& p, pcpu_chunk& chunk, unsigned start, unsigned bits, bit_use use)
{
    fill_bits(chunk.alloc_map, start, bits, use);
    unsigned const bytes = bits * PCPU_MIN_ALLOC_SIZE;
    bool const taken = use == bit_use::taken;
    bool const was_empty = chunk.nr_allocs == 0;
    chunk.free_bytes = taken ? chunk.free_bytes - bytes : chunk.free_bytes + bytes;
    chunk.nr_allocs = taken ? chunk.nr_allocs + 1 : chunk.nr_allocs - 1;
    update_hints(chunk, unit_bits(p), start, bits);
    if (&chunk == p.reserved_chunk)
        return;
    lib::list_move(chunk.list, p.slots[pcpu_chunk_slot(chunk)]);
    if (&chunk != p.first_chunk && was_empty != (chunk.nr_allocs == 0))
        p.nr_empty_chunks = was_empty ? p.nr_empty_chunks - 1 : p.nr_empty_chunks + 1;
}

// Takes the bits; the address in unit 0.
uintptr_t take(pcpu_state& p, pcpu_chunk& chunk, unsigned start, unsigned bits)
{
    changed(p, chunk, start, bits, bit_use::taken);
    fill_bits(chunk.bound_map, start, 1, bit_use::taken);
    fill_bits(chunk.bound_map, start + 1, bits - 1, bit_use::free);
    if (start + bits < unit_bits(p))
        fill_bits(chunk.bound_map, start + bits, 1, bit_use::taken);
    return chunk.base_addr + start * PCPU_MIN_ALLOC_SIZE;
}

// Takes a run of free bits of the reserved chunk, or of any other; 0: there is none.
uintptr_t take_anywhere(pcpu_state& p, unsigned bits, unsigned align_bits, pcpu_region region)
{
    if (region == pcpu_region::reserved) {
        unsigned const at = p.reserved_chunk == nullptr
                                ? unit_bits(p)
                                : find_fit(*p.reserved_chunk, unit_bits(p), bits, align_bits);
        return at == unit_bits(p) ? 0 : take(p, *p.reserved_chunk, at, bits);
    }
    for (unsigned slot = slot_of_size(bits * PCPU_MIN_ALLOC_SIZE); slot < kPcpuSlots; slot++) {
        lib::list_head& chunks = p.slots[slot];
        for (lib::list_head* link = chunks.next; link != &chunks; link = link->next) {
            pcpu_chunk& chunk = *CONTAINER_OF(link, pcpu_chunk, list);
            unsigned const at = chunk.contig_hint >= bits
                                    ? find_fit(chunk, unit_bits(p), bits, align_bits)
                                    : unit_bits(p);
            if (at < unit_bits(p))
                return take(p, chunk, at, bits);
        }
    }
    return 0;
}

// The per-CPU pointer to what was taken, cleared in every unit.
uintptr_t clear(pcpu_state const& p, uintptr_t address, unsigned bits)
{
    for (unsigned unit = 0; unit < p.layout.nr_units; unit++)
        memset(reinterpret_cast<void*>(address + unit * uintptr_t{p.layout.unit_size}), 0,
               bits * PCPU_MIN_ALLOC_SIZE);
    return address - (p.base_addr - p.layout.static_start);
}

// Gives back what begins at an address of unit 0, under the lock. `unused`: a chunk that has become
// superfluous.
Result<> release(pcpu_state& p, uintptr_t address, pcpu_chunk*& unused)
{
    pcpu_chunk* const chunk = find_chunk(p, address);
    if (chunk == nullptr || (address - chunk->base_addr) % PCPU_MIN_ALLOC_SIZE != 0)
        return Error{"no per-cpu memory there"};
    auto const start = static_cast<unsigned>((address - chunk->base_addr) / PCPU_MIN_ALLOC_SIZE);
    if (!test_bit(chunk->alloc_map, start) || !test_bit(chunk->bound_map, start))
        return Error{"no allocation begins there"};
    unsigned const end = find_next(chunk->bound_map, start + 1, unit_bits(p), true);
    changed(p, *chunk, start, end - start, bit_use::free);
    bool const is_spare_chunk = chunk->nr_allocs == 0 && p.nr_empty_chunks > 1;
    if (is_spare_chunk && chunk != p.first_chunk && chunk != p.reserved_chunk) {
        unlink_chunk(p, *chunk);
        unused = chunk;
    }
    return {};
}

} // namespace

unsigned pcpu_chunk_slot(pcpu_chunk const& chunk)
{
    return chunk.contig_hint == 0 ? 0 : slot_of_size(chunk.contig_hint * PCPU_MIN_ALLOC_SIZE);
}

size_t pcpu_chunk_struct_size(unsigned unit_size)
{
    return sizeof(pcpu_chunk) + 2 * map_bytes(unit_size) +
           unit_size / PCPU_BITMAP_BLOCK_SIZE * sizeof(pcpu_block_md);
}

void pcpu_setup_first_chunk(pcpu_state& p, pcpu_environment const& env, pcpu_layout const& layout,
                            void* units, void* descriptions)
{
    p = {};
    p.env = env;
    p.layout = layout;
    p.base_addr = reinterpret_cast<uintptr_t>(units);
    for (lib::list_head& slot : p.slots)
        lib::init_list_head(slot);
    unsigned const reserved = lib::align_up(layout.static_size, unsigned{PCPU_MIN_ALLOC_SIZE});
    unsigned const dynamic = reserved + layout.reserved_size;
    p.first_chunk = &init_chunk(p, descriptions, p.base_addr, dynamic, layout.unit_size);
    link_chunk(p, *p.first_chunk);
    if (layout.reserved_size > 0)
        p.reserved_chunk = &init_chunk(
            p, static_cast<char*>(descriptions) + pcpu_chunk_struct_size(layout.unit_size),
            p.base_addr, reserved, dynamic);
}

Result<uintptr_t> pcpu_alloc(pcpu_state& p, size_t size, size_t align, pcpu_region region)
{
    if (size == 0 || size > PCPU_MIN_UNIT_SIZE || align > kPageSize || !lib::is_power_of_two(align))
        return Error{"illegal size or align for percpu allocation"};
    auto const bits = static_cast<unsigned>((size + PCPU_MIN_ALLOC_SIZE - 1) / PCPU_MIN_ALLOC_SIZE);
    auto const align_bits =
        align <= PCPU_MIN_ALLOC_SIZE ? 1 : static_cast<unsigned>(align / PCPU_MIN_ALLOC_SIZE);
    unsigned long flags;
    lib::spin_lock_irqsave(p.pcpu_lock, flags);
    uintptr_t taken = take_anywhere(p, bits, align_bits, region);
    lib::spin_unlock_irqrestore(p.pcpu_lock, flags);
    if (taken != 0)
        return clear(p, taken, bits);
    if (region == pcpu_region::reserved)
        return Error{"alloc from reserved chunk failed"};
    pcpu_chunk& chunk = *TRY(create_chunk(p));
    lib::spin_lock_irqsave(p.pcpu_lock, flags);
    link_chunk(p, chunk);
    p.nr_empty_chunks++;
    taken = take(p, chunk, 0, bits);
    lib::spin_unlock_irqrestore(p.pcpu_lock, flags);
    return clear(p, taken, bits);
}

Result<> pcpu_free(pcpu_state& p, uintptr_t pointer)
{
    pcpu_chunk* unused = nullptr;
    unsigned long flags;
    lib::spin_lock_irqsave(p.pcpu_lock, flags);
    Result<> const released = release(p, pointer + (p.base_addr - p.layout.static_start), unused);
    lib::spin_unlock_irqrestore(p.pcpu_lock, flags);
    if (unused != nullptr)
        destroy_chunk(p, *unused);
    return released;
}

unsigned long pcpu_nr_bytes(pcpu_state const& p)
{
    return p.nr_chunks * static_cast<unsigned long>(units_bytes(p));
}

} // namespace pagelab::mm
