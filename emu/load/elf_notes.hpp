// Finding the 32-bit entry point that a PVH kernel names in an ELF note.
#pragma once

#include <optional>

#include "emu/base/error.hpp"
#include "emu/load/elf.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::load {

// Longer note segments than this are refused: real ones have a few hundred bytes.
inline constexpr size_t kMaxNoteBytes = 1 << 20;

// The value of the first note XEN_ELFNOTE_PHYS32_ENTRY of the owner "Xen", of 4 or 8 bytes; nothing
// if there is none. Fails on damaged notes and on an address that is in no segment.
Result<std::optional<PhysAddr>> find_pvh_entry(ElfImage const& elf);

} // namespace pagelab::load
