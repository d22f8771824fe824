// MmuCase: one translation described by flags, and the page tables that say the same.
//
// Each level's entry is a set of Flags. Tables lie one page each at kTables; the linear addresses
// of data and code differ below the last level only, so that one path serves both.
#pragma once

#include <array>
#include <cstdint>

#include "emu/mmu/access.hpp"
#include "emu/mmu/paging_mode.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::test {

// What an entry is, in the model's own words. `large` is bit 7, whatever it means there.
struct Flags {
    bool present = true;
    bool writable = true;
    bool user = true;
    bool accessed = true;
    bool dirty = true;
    bool large = false;
    bool no_execute = false;
    uint64_t reserved = 0; // address bits the manual reserves at this place
};

struct Controls {
    bool wp = false;
    bool smep = false;
    bool smap = false;
    bool nxe = false;
    bool ac = false;
    bool pse = false;
};

struct MmuCase {
    mmu::PagingMode mode = mmu::PagingMode::Level4;
    unsigned last_level = 1;      // where the walk ends: entries below are not written
    std::array<Flags, 6> entries; // by level; [0] unused
    Controls controls;
};

inline constexpr uint64_t kTables = 0x1'0000;    // level n's table is at kTables + n * 4 KiB
inline constexpr uint64_t kDataPage = 0xa0'3000; // targets of reads and writes
inline constexpr uint64_t kCodePage = 0xb0'4000; // targets of fetches, another page

bool is_long(mmu::PagingMode mode);
// A page-directory pointer of PAE paging: it has no rights, and no accessed flag.
bool is_pointer(mmu::PagingMode mode, unsigned level);
// Whether the entry maps a page, if it is present and has no reserved bit.
bool is_leaf(MmuCase const& mmu_case, unsigned level);

mmu::Context context_of(MmuCase const& mmu_case);
VirtAddr address_of(mmu::PagingMode mode, mmu::Operation operation);
PhysAddr target_of(mmu::Operation operation);

// Ignored bits of the entries, all 0, all 1 or random; by level. Above the last level they include
// the accessed and dirty flags, which say nothing of a translation there.
using Noise = std::array<uint64_t, 6>;

// The entry as hardware reads it, pointing to the next table or to the page around `target`.
uint64_t encode(MmuCase const& mmu_case, unsigned level, PhysAddr target, Noise const& noise);
// Where the entry for `address` lies.
uint64_t entry_address(mmu::PagingMode mode, unsigned level, VirtAddr address);

// Writes the path of the operation's address; put(address, entry, bytes).
template<class Put>
void write_path(MmuCase const& c, mmu::Operation operation, Noise const& noise, Put const& put)
{
    VirtAddr const address = address_of(c.mode, operation);
    for (unsigned level = c.last_level; level <= level_count(c.mode); ++level)
        put(entry_address(c.mode, level, address), encode(c, level, target_of(operation), noise),
            c.mode == mmu::PagingMode::Bits32 ? 4u : 8u);
}

} // namespace pagelab::test
