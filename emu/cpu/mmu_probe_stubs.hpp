// The instructions MmuProbe runs, and the page tables under which they can be reached.
//
// Two identical pages of code, for CPL 0 at stub_address() and for CPL 3 one page further, mapped
// through one entry of the root table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "emu/mmu/access.hpp"
#include "emu/mmu/paging_mode.hpp"

namespace pagelab::cpu::probe {

inline constexpr uint64_t kCodePages = 2;
inline constexpr uint64_t kTablePages = 4;     // at most: 5-level paging below the root
inline constexpr uint64_t kImplicitOffset = 8; // `mov ds, ecx` reads the descriptor at GDT + 8

void write_code(std::byte* page);
// Of the instruction that makes an access, from the start of a code page.
uint64_t code_offset(mmu::Access access);

unsigned stub_index(mmu::PagingMode mode);
uint64_t stub_address(mmu::PagingMode mode);
// `ram` is physical 0; `tables` and `code` are physical addresses of that many pages.
void map_code(std::byte* ram, mmu::Context const& context, uint64_t tables, uint64_t code);

} // namespace pagelab::cpu::probe
