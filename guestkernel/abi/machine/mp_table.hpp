// The MP configuration table: how firmware tells a kernel which processors there are.
//
// A floating pointer structure, at a multiple of 16 in the extended BIOS data area, the last KiB of
// base memory or the ROM, leads to a header with entries behind it, sorted by type. The bytes of
// each of the two structures add up to 0 modulo 256. Addresses are guest physical; all numbers are
// little-endian, all names padded with spaces.
//
// Source: Intel MultiProcessor Specification 1.4, chapter 4 (figures 4-2 to 4-10).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::mp {

inline constexpr uint32_t kFloatingSignature = 0x5f50'4d5f; // "_MP_"
inline constexpr uint32_t kTableSignature = 0x504d'4350;    // "PCMP"
inline constexpr uint8_t kRevision14 = 4;                   // of specification 1.4

struct [[gnu::packed]] FloatingPointer {
    uint32_t signature;
    uint32_t table; // 0: no table, `features` says which default configuration
    uint8_t length; // in units of 16 bytes: 1
    uint8_t revision;
    uint8_t checksum;
    uint8_t features[5]; // features[1] bit 7: the 8259s reach the processor by the IMCR
};
static_assert(sizeof(FloatingPointer) == 16);

struct [[gnu::packed]] TableHeader {
    uint32_t signature;
    uint16_t length; // bytes, entries included
    uint8_t revision;
    uint8_t checksum;
    char oem_id[8];
    char product_id[12];
    uint32_t oem_table;
    uint16_t oem_table_size;
    uint16_t entry_count;
    uint32_t local_apic; // address of every processor's own
    uint16_t extended_length;
    uint8_t extended_checksum;
    uint8_t reserved;
};
static_assert(sizeof(TableHeader) == 44 && offsetof(TableHeader, local_apic) == 36);

enum EntryType : uint8_t {
    kProcessor = 0,
    kBus = 1,
    kIoApic = 2,
    kIoInterrupt = 3,
    kLocalInterrupt = 4,
};

struct [[gnu::packed]] ProcessorEntry {
    uint8_t type;
    uint8_t apic_id;
    uint8_t apic_version;
    uint8_t flags;
    uint32_t signature; // CPUID 1: EAX
    uint32_t features;  // CPUID 1: EDX
    uint32_t reserved[2];
};
static_assert(sizeof(ProcessorEntry) == 20);

namespace processor_flags {
using Enabled = x86::Bit<0>;
using Bootstrap = x86::Bit<1>;
} // namespace processor_flags

struct [[gnu::packed]] BusEntry {
    uint8_t type;
    uint8_t id;
    char name[6];
};

struct [[gnu::packed]] IoApicEntry {
    uint8_t type;
    uint8_t apic_id;
    uint8_t apic_version;
    uint8_t flags; // bit 0: usable
    uint32_t address;
};

// Both kinds of interrupt assignment. A destination is an I/O APIC's input or a local APIC's LINT.
struct [[gnu::packed]] InterruptEntry {
    uint8_t type;
    uint8_t interrupt_type;
    uint16_t flags; // 0: polarity and trigger as the bus has them
    uint8_t source_bus;
    uint8_t source_irq;
    uint8_t destination_apic; // 255: all of them
    uint8_t destination_input;
};

enum InterruptType : uint8_t { kInt = 0, kNmi = 1, kSmi = 2, kExtInt = 3 };

// All entries but a processor's.
inline constexpr uint32_t kSmallEntrySize = 8;
static_assert(sizeof(BusEntry) == kSmallEntrySize && sizeof(IoApicEntry) == kSmallEntrySize &&
              sizeof(InterruptEntry) == kSmallEntrySize);

// What has to be 0 for the bytes to be a structure; what a checksum of 0 is to be replaced with.
constexpr uint8_t sum_of_bytes(uint8_t const* bytes, size_t count)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = static_cast<uint8_t>(sum + bytes[i]);
    return sum;
}

} // namespace pagelab::mp
