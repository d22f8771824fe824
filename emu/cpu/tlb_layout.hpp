// struct CPUTLB of the library (Unicorn 2.1, include/exec/cpu-defs.h): all of a processor's TLB but
// the tables its pointers lead to. It ends where the general registers begin.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pagelab::cpu::tlb {

inline constexpr size_t kPrivileges = 3; // supervisor under SMAP, user, supervisor
inline constexpr size_t kVictims = 8;
inline constexpr uint64_t kNone = ~uint64_t{0}; // in place of an address: not allowed

// Flags below the page number of an address.
inline constexpr uint64_t kWatched = 1u << 8; // TLB_WATCHPOINT: ask before each access
inline constexpr uint64_t kInvalid = 1u << 11;

struct Entry { // CPUTLBEntry
    uint64_t read, write, fetch, physical, addend, unused[3];

    bool is_free() const { return (read & write & fetch) == kNone; }
};
struct Target { // CPUIOTLBEntry
    uint64_t address, attributes;
};
struct Slow { // CPUTLBDesc
    uint64_t large_page_address, large_page_mask;
    uint64_t window_begin, window_most, used, next_victim;
    Entry victims[kVictims];
    Target victim_targets[kVictims];
    Target* targets;
};
struct alignas(16) Fast { // CPUTLBDescFast
    uint64_t mask;        // (entries - 1) * sizeof(Entry)
    Entry* table;

    size_t entries() const { return mask / sizeof(Entry) + 1; }
};
struct Tlb { // CPUTLB
    uint64_t dirty, flushes[3];
    Slow slow[kPrivileges];
    Fast fast[kPrivileges];
};
static_assert(sizeof(Entry) == 64 && sizeof(Slow) == 696 && sizeof(Tlb) == 2176);

} // namespace pagelab::cpu::tlb
