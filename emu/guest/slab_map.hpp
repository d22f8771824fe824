// Every slab of every cache, full ones included, and each object's state.
//
//   slab   | object 0 | object 1 | ... |        an object is free if it is on the slab's own list,
//                                               or on a CPU's; all others are in use
//
// Slabs are found by looking at every struct page, so that those on no list are there too; the
// lists then say where a slab is. Free lists are followed in the slab's bytes, read once. SLOB has
// no slabs of one kind of object: its pages have free blocks between others of unknown length.
// Source: Linux 6.1 mm/slub.c, mm/slab.c, mm/slob.c; guestkernel/mm/slab/slab_page.hpp.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"
#include "emu/guest/slob_page.hpp"

namespace pagelab::guest {

// Where a slab is. SLAB's empty slabs are on the node's free list.
enum class SlabPlace : uint8_t { Full, Partial, Free, Cpu, CpuPartial };
char const* name(SlabPlace place);

// Whose list a free object is on: a CPU's number, or one of these.
inline constexpr int kSlabsOwn = -1;
inline constexpr int kSharedArray = -2;

struct FreeObject {
    uint32_t index = 0; // of the object in its slab
    int16_t list = kSlabsOwn;
};

struct Slab {
    VirtAddr page; // its struct slab
    Pfn pfn;
    uint64_t pages = 0;   // as its cache has them, or up to the next slab
    VirtAddr first;       // object 0
    uint64_t objects = 0; // no more than fit, whatever the guest says
    uint64_t inuse = 0;   // as the slab counts; those free to a CPU included
    SlabPlace place = SlabPlace::Full;
    unsigned cpu = 0;             // of Cpu and CpuPartial
    std::vector<FreeObject> free; // the next one out first, list by list

    // Objects that nobody's list has.
    uint64_t allocated() const { return objects - std::min<uint64_t>(free.size(), objects); }
};

struct SlabCacheMap {
    VirtAddr address; // of the struct kmem_cache
    std::string name;
    uint64_t flags = 0;
    uint64_t size = 0;        // bytes from one object to the next
    uint64_t object_size = 0; // bytes asked for
    uint64_t inuse = 0;       // SLUB: bytes to where its metadata begins
    uint64_t offset = 0;      // SLUB: of a free object's link
    uint64_t pad = 0;         // bytes of a slot before the object
    uint64_t order = 0;       // of a slab: 2^order pages
    std::vector<Slab> slabs;  // by page frame

    uint64_t slab_bytes() const { return kPageSize << order; }
    uint64_t total_objects() const;
    uint64_t allocated_objects() const;
};

struct SlobPage {
    VirtAddr page;
    Pfn pfn;
    VirtAddr address;
    std::vector<SlobBlock> free; // by address
};

struct SlabMap {
    std::string allocator;            // as slab_allocator= names it
    std::vector<SlabCacheMap> caches; // in the order of the kernel's list
    std::vector<SlobPage> slob;       // SLOB: every page, by page frame
    std::vector<Damage> damage;

    SlabCacheMap const* cache(std::string_view name) const; // null: none
};

Result<SlabMap> read_slab_map(KernelView const& view);

// An object by its address, or by any of its bytes.
struct SlabObject {
    SlabCacheMap const* cache = nullptr;
    Slab const* slab = nullptr;
    uint64_t index = 0;
    VirtAddr address;           // of the object, behind its left red zone
    int64_t offset = 0;         // of what was asked for; negative: in the left red zone
    std::optional<int> free_on; // nothing: in use; a CPU, kSlabsOwn or kSharedArray
};

// address: in the slab at `slab`, of `cache`. Nothing for the bytes before, between and behind
// objects that belong to none.
std::optional<SlabObject> object_at(SlabCacheMap const& cache, Slab const& slab, VirtAddr address);

} // namespace pagelab::guest
