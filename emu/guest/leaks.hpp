// Leaks: objects in use that nothing points to, by mark and sweep over raw memory.
//
//   roots     .data and .bss, per-CPU copies, the live part of task stacks, registers, what struct
//             pages point to
//   objects   slab objects in use, vmalloc areas, compound blocks (large kmalloc)
//
// Every aligned word of a root, and of each object reached, is taken for a pointer if it points
// into an object (at any byte of it). What is never reached is a leak, as far as words tell: an
// address kept in another form is not seen, a number that looks like one hides a leak. The guest
// takes no part in it. Page tables and free memory are not read; an area's own descriptors do not
// count as pointers to it, nor do SLAB's arrays, which still have what they gave out last.
// Source for the idea: Linux 6.1 mm/kmemleak.c.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "emu/guest/kernel_index.hpp"
#include "emu/guest/tracks.hpp"

namespace pagelab::guest {

struct Leak {
    VirtAddr address;
    uint64_t size = 0;
    std::string kind;                     // the cache's name, "vmalloc" or "kmalloc-large"
    std::array<std::byte, 32> bytes = {}; // its first
    std::optional<Track> allocated;
    std::vector<VirtAddr> stack; // of the allocation; empty: not recorded
};

struct LeakReport {
    std::vector<Leak> leaks; // by address
    uint64_t objects = 0;    // in use
    uint64_t scanned = 0;    // bytes, roots included
};

// registers: of all processors. step: called now and then with the bytes scanned so far; what it
// returns ends the search. Fails for SLOB, which does not know where its objects are.
using LeakStep = std::function<Result<>(uint64_t scanned)>;
Result<LeakReport> find_leaks(KernelView const& view, KernelIndex const& index,
                              std::vector<uint64_t> const& registers, LeakStep const& step);

} // namespace pagelab::guest
