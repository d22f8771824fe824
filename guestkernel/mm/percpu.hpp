// Per-CPU memory: one address stands for as many objects as there are units, one unit for each CPU.
//
//   chunk     base_addr ->  | unit 0 | unit 1 | ... | spare |       each of unit_size bytes
//   unit      | static | reserved | dynamic ... |                   of the first chunk
//
// An allocation takes the same bytes of every unit of a chunk. All chunks have the same stride, so
// that one offset per CPU leads from a per-CPU pointer to that CPU's object. The last unit is
// nobody's: CPUs that are possible but absent have its offset, so that loops over all of them
// (NR_CPUS) touch memory nobody else uses.
//
// A chunk's bytes are kept by bitmaps, a bit for 4 bytes: alloc_map tells what is taken, bound_map
// where allocations begin and end. Each block of 4 KiB knows its largest free run and the free
// runs at its two ends; chunks are on lists by their largest run. Unlike Linux, all of a chunk's
// pages are there as long as the chunk is.
//
// pcpu_lock guards all of it; chunks are made and given back without it.
//
// Source: Linux 6.1 mm/percpu.c, mm/percpu-internal.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/rbtree.hpp"
#include "guestkernel/lib/result.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::mm {

enum : unsigned {
    PCPU_MIN_ALLOC_SIZE = 4, // bytes a bit stands for
    PCPU_BITMAP_BLOCK_SIZE = 4096,
    PCPU_BITMAP_BLOCK_BITS = PCPU_BITMAP_BLOCK_SIZE / PCPU_MIN_ALLOC_SIZE,
    PCPU_MIN_UNIT_SIZE = 32768, // the largest allocation, too
    PCPU_SLOT_BASE_SHIFT = 5,
    kPcpuSlots = 24,
};

// Runs of free bits, counted in bits.
struct pcpu_block_md {
    unsigned contig_hint; // the largest
    unsigned left_free;   // the one at the block's start, 0: it is taken
    unsigned right_free;  // the one at its end
};

struct pcpu_chunk {
    lib::list_head list;               // of a slot
    lib::rb_node node;                 // by base_addr
    uintptr_t base_addr;               // of unit 0
    unsigned start_offset, end_offset; // bytes of a unit this chunk may give
    unsigned free_bytes;
    unsigned contig_hint; // bits of the largest free run
    unsigned nr_allocs;
    unsigned long* alloc_map;
    unsigned long* bound_map;
    pcpu_block_md* md_blocks;
};

struct pcpu_environment {
    void* context;
    // Zeroed memory for the units of a chunk, and for its description; null: there is none.
    void* (*allocate_units)(void* context, size_t size);
    void (*free_units)(void* context, void* units);
    void* (*allocate)(void* context, size_t size);
    void (*free)(void* context, void* object);
};

// The shape of a unit of the first chunk, in bytes.
struct pcpu_layout {
    uintptr_t static_start; // address of the linked-in variables: a per-CPU pointer to them
    unsigned static_size;
    unsigned reserved_size; // for per-CPU variables of modules
    unsigned unit_size;     // whole pages
    unsigned nr_units;      // CPUs present, and the spare
};

struct pcpu_state {
    lib::spinlock_t pcpu_lock;
    pcpu_environment env;
    pcpu_layout layout;
    uintptr_t base_addr; // of the first chunk
    pcpu_chunk* first_chunk;
    pcpu_chunk* reserved_chunk; // null: none
    lib::list_head slots[kPcpuSlots];
    lib::rb_root chunks; // all but the reserved one
    unsigned nr_chunks;
    unsigned nr_empty_chunks; // without allocations, the first not counted
};

// Bytes a chunk's description takes.
size_t pcpu_chunk_struct_size(unsigned unit_size);

// The first chunk: `units` has nr_units * unit_size bytes, the static part of each unit is filled.
// `descriptions` is zeroed memory for two chunks. Nothing of this is ever freed.
void pcpu_setup_first_chunk(pcpu_state& p, pcpu_environment const& env, pcpu_layout const& layout,
                            void* units, void* descriptions);

// What leads from a per-CPU pointer to the object in a unit.
inline uintptr_t pcpu_unit_offset(pcpu_state const& p, unsigned unit)
{
    return p.base_addr - p.layout.static_start + unit * uintptr_t{p.layout.unit_size};
}

enum class pcpu_region { dynamic, reserved };

// A per-CPU pointer to zeroed memory. Fails for size 0 or beyond 32 KiB, an alignment that is no
// power of two or beyond a page, and without memory.
lib::Result<uintptr_t> pcpu_alloc(pcpu_state& p, size_t size, size_t align,
                                  pcpu_region region = pcpu_region::dynamic);

// An error means that no allocation begins there: nothing was changed.
lib::Result<> pcpu_free(pcpu_state& p, uintptr_t pointer);

// Which list a chunk belongs to.
unsigned pcpu_chunk_slot(pcpu_chunk const& chunk);

// Bytes of all chunks, as /proc/meminfo counts them.
unsigned long pcpu_nr_bytes(pcpu_state const& p);

// The first inconsistency of maps, hints, lists and counts; null: none.
char const* check_percpu(pcpu_state const& p);

} // namespace pagelab::mm
