// SMBIOS: how firmware tells a kernel what machine it is on.
//
// An entry point, at a multiple of 16 in the ROM below 1 MiB, leads to structures, one behind the
// other: a header, fields by the type, then the strings the fields number from 1, each with its
// NUL, and one more NUL. The bytes of the entry point, and those of its second half, add up to 0
// modulo 256. Addresses are guest physical.
//
// Source: DMTF DSP0134 (SMBIOS 2.8), 5.2.1 (entry point), 6.1, 7.1, 7.2, 7.45.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab::smbios {

struct [[gnu::packed]] EntryPoint {
    char anchor[4]; // "_SM_"
    uint8_t checksum;
    uint8_t length; // 31
    uint8_t major;
    uint8_t minor;
    uint16_t max_structure; // bytes
    uint8_t revision;
    uint8_t formatted[5];
    char intermediate_anchor[5]; // "_DMI_"; the second half begins here
    uint8_t intermediate_checksum;
    uint16_t table_length; // bytes
    uint32_t table;
    uint16_t count; // of structures
    uint8_t bcd_revision;
};
static_assert(sizeof(EntryPoint) == 31 && offsetof(EntryPoint, table) == 24);

struct [[gnu::packed]] Header {
    uint8_t type;
    uint8_t length; // of the fields, without strings
    uint16_t handle;
};

inline constexpr uint8_t kBios = 0;
inline constexpr uint8_t kSystem = 1;
inline constexpr uint8_t kEndOfTable = 127;

struct [[gnu::packed]] Bios {
    Header header;
    uint8_t vendor; // strings, by number
    uint8_t version;
    uint16_t segment;
    uint8_t date;
    uint8_t size; // (bytes >> 16) - 1
    uint64_t characteristics;
    uint8_t more[2];
    uint8_t major, minor;
    uint8_t ec_major, ec_minor; // 0xff: none
};
static_assert(sizeof(Bios) == 24);

struct [[gnu::packed]] System {
    Header header;
    uint8_t manufacturer; // strings, by number
    uint8_t product;
    uint8_t version;
    uint8_t serial;
    uint8_t uuid[16];
    uint8_t wake_up;
    uint8_t sku;
    uint8_t family;
};
static_assert(sizeof(System) == 27);

} // namespace pagelab::smbios
