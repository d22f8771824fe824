// One range of the memory map a PC's firmware gives to the system it starts (INT 15h, AX=E820h).
//
// Source: ACPI specification 6.4, section 15.1 and table 15.2. The same 20 bytes are the entries
// of Linux' boot_params.e820_table and of QEMU's fw_cfg file "etc/e820". Addresses and sizes are
// guest physical, in bytes; ranges of one map do not overlap; what no range names is not memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab {

inline constexpr uint32_t kE820Usable = 1;
inline constexpr uint32_t kE820Reserved = 2;
inline constexpr uint32_t kE820AcpiReclaimable = 3;
inline constexpr uint32_t kE820AcpiNvs = 4;
inline constexpr uint32_t kE820Unusable = 5;

struct [[gnu::packed]] E820Entry {
    uint64_t address;
    uint64_t size;
    uint32_t type;
};

static_assert(sizeof(E820Entry) == 20);
static_assert(offsetof(E820Entry, size) == 8);
static_assert(offsetof(E820Entry, type) == 16);

} // namespace pagelab
