// MmuCase: one translation described by flags, and the page tables that say the same.
//
// Each level's entry is a set of Flags. Tables lie one page each at kTables; the linear addresses
// of data and code differ below the leaf's level only, so that one path serves both.
#pragma once

#include <array>
#include <cstdint>

#include "emu/mmu/access.hpp"
#include "emu/mmu/paging_mode.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::test {

// What an entry is, in the model's own words.
struct Flags {
    bool present = true;
    bool writable = true;
    bool user = true;
    bool accessed = true;
    bool dirty = true;
    bool no_execute = false;
    uint64_t reserved = 0; // bits the manual reserves at this place, other than NX
};

struct Controls {
    bool wp = false;
    bool smep = false;
    bool smap = false;
    bool nxe = false;
    bool ac = false;
};

struct MmuCase {
    mmu::PagingMode mode = mmu::PagingMode::Level4;
    unsigned leaf_level = 1;
    std::array<Flags, 6> entries; // by level; [0] unused
    Controls controls;
};

inline constexpr uint64_t kTables = 0x1'0000;    // level n's table is at kTables + n * 4 KiB
inline constexpr uint64_t kDataPage = 0xa0'3000; // targets of reads and writes
inline constexpr uint64_t kCodePage = 0xb0'4000; // targets of fetches, another page

bool is_long(mmu::PagingMode mode);
mmu::Context context_of(MmuCase const& mmu_case);
VirtAddr address_of(mmu::PagingMode mode, mmu::Operation operation);
PhysAddr target_of(mmu::Operation operation);

// The entry as hardware reads it, pointing to the next table or to the page around `target`, with
// ignored bits taken from `noise`.
uint64_t encode(MmuCase const& mmu_case, unsigned level, PhysAddr target, uint64_t noise);
// Where the entry for `address` lies.
uint64_t entry_address(mmu::PagingMode mode, unsigned level, VirtAddr address);

} // namespace pagelab::test
