// The firmware's memory map as the kernel keeps it: corrected, sorted, free of overlaps.
//
// Entries are in bytes; the table owns them. Of overlapping entries the higher type wins, as in
// Linux 6.1 arch/x86/kernel/e820.c (e820__update_table), whose operations these are.
#pragma once

#include "guestkernel/abi/boot/e820.hpp"
#include "guestkernel/mm/memblock.hpp"

namespace pagelab::mm {

inline constexpr unsigned kE820MaxEntries = 128;

struct e820_table {
    unsigned nr_entries = 0;
    E820Entry entries[kE820MaxEntries] = {};
};

Result<> e820_add(e820_table& table, PhysAddr base, uint64_t size, uint32_t type);

// [base, base + size) where it was old_type becomes new_type; is in no entry any more.
Result<> e820_update(e820_table& table, PhysAddr base, uint64_t size, uint32_t old_type,
                     uint32_t new_type);
Result<> e820_remove(e820_table& table, PhysAddr base, uint64_t size, uint32_t old_type);

// Sorts, resolves overlaps, joins neighbours of one type, drops empty entries.
Result<> e820_sanitize(e820_table& table);

// A firmware's map, sanitized, with Linux' corrections: page 0 is reserved, 640 KiB to 1 MiB is
// never memory (trim_bios_range).
Result<> e820_setup(e820_table& table, E820Entry const* map, unsigned count);

// Adds usable entries below `limit` to memblock in whole pages, and keeps the first MiB from being
// allocated (e820__memblock_setup; setup_arch's memblock_reserve(0, SZ_1M)).
Result<> e820_memblock_setup(e820_table const& table, memblock& mb, PhysAddr limit);

// Linux' name for a type: "System RAM", "Reserved", ...
char const* e820_type_name(uint32_t type);

} // namespace pagelab::mm
