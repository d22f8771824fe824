// The library's TLB read entry by entry, and pages in it marked as watched.
//
// Reading changes nothing. A marked page is asked about before each access (library_calls.cpp); the
// mark stays until the entry goes.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/tlb_entry.hpp"
#include "emu/mmu/access.hpp"

namespace pagelab::cpu {

// `bytes`: a struct CPUTLB (tlb_layout.hpp). All entries in use, by kind and page.
std::vector<TlbEntry> list_tlb(std::span<std::byte const> bytes);

// Where this access would go, if an entry lets it pass.
std::optional<PhysAddr> look_up_tlb(std::span<std::byte const> bytes, VirtAddr address,
                                    mmu::Operation operation);

void mark_watched(std::span<std::byte> bytes,
                  std::function<bool(VirtAddr page, PhysAddr target)> const& is_watched);

} // namespace pagelab::cpu
