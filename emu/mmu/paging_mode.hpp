// Context: the registers that translation depends on; PagingMode: which of five ways they select.
//
// Source: Intel SDM volume 3, section 4.1.1, table 4-1. The illegal combination LME = 1, PAE = 0
// (MOV to CR0 raises #GP) counts as 32-bit paging.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/mmu/pdptes.hpp"
#include "guestkernel/abi/x86/pte.hpp"

namespace pagelab::mmu {

// A copy of the registers, by value; any combination of bits is accepted.
struct Context {
    uint64_t cr0 = 0;
    uint64_t cr3 = 0;
    uint64_t cr4 = 0;
    uint64_t efer = 0;
    uint64_t rflags = 0;
    unsigned physical_bits = 40; // MAXPHYADDR, 32..52; Unicorn's is 40
    // As a processor has loaded them. None: PAE walks read them from memory at CR3, each time.
    std::optional<Pdptes> pdptes = std::nullopt;

    x86::PagingRules rules() const { return {cr4, efer, physical_bits}; }
};

enum class PagingMode : uint8_t { None, Bits32, Pae, Level4, Level5 };

PagingMode paging_mode(Context const& context);

// Levels of tables: 0, 2, 3, 4 or 5.
unsigned level_count(PagingMode mode);

// "none", "32-bit", "PAE", "4-level" or "5-level".
char const* name(PagingMode mode);

} // namespace pagelab::mmu
