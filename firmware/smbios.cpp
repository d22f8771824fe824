// The SMBIOS tables: what this machine is called. Constants, at an address the linker script fixes,
// because their checksums are computed by the compiler.
//
// Source: abi/machine/smbios.hpp.
#include "guestkernel/abi/machine/smbios.hpp"

namespace pagelab::firmware {

namespace {

constexpr uint32_t kEntryPoint = 0xffe00;  // as in firmware.ld
constexpr uint64_t kNotSupported = 1 << 3; // BIOS characteristics: none are told
constexpr uint8_t kPowerSwitch = 6;
constexpr uint8_t kNone = 0xff;

// A structure and its strings.
template<class Fields, size_t kSize>
struct [[gnu::packed]] Structure {
    Fields fields;
    char strings[kSize]; // the literal's own NUL is the one that ends them
};

struct [[gnu::packed]] Tables {
    smbios::EntryPoint entry;
    char padding;
    Structure<smbios::Bios, sizeof("pagelab\0"
                                   "0.1\0"
                                   "11/21/2026\0")>
        bios;
    Structure<smbios::System, sizeof("pagelab\0"
                                     "PC\0")>
        system;
    Structure<smbios::Header, 2> end;
};

constexpr uint32_t kTableLength = sizeof(Tables) - offsetof(Tables, bios);

constexpr uint32_t sum_of_bytes(uint32_t word)
{
    return (word & 0xff) + (word >> 8 & 0xff) + (word >> 16 & 0xff) + (word >> 24);
}

constexpr smbios::EntryPoint make_entry_point()
{
    smbios::EntryPoint entry = {
        .anchor = {'_', 'S', 'M', '_'},
        .checksum = 0,
        .length = sizeof(smbios::EntryPoint),
        .major = 2,
        .minor = 8,
        .max_structure = sizeof(Tables::bios),
        .revision = 0,
        .formatted = {},
        .intermediate_anchor = {'_', 'D', 'M', 'I', '_'},
        .intermediate_checksum = 0,
        .table_length = kTableLength,
        .table = kEntryPoint + offsetof(Tables, bios),
        .count = 3,
        .bcd_revision = 0x28,
    };
    uint32_t sum = 0;
    for (char c : entry.intermediate_anchor)
        sum += static_cast<uint8_t>(c);
    sum += sum_of_bytes(entry.table_length) + sum_of_bytes(entry.table);
    sum += entry.count + entry.bcd_revision;
    entry.intermediate_checksum = static_cast<uint8_t>(0 - sum);
    uint32_t first = entry.length + entry.major + entry.minor + entry.max_structure;
    for (char c : entry.anchor)
        first += static_cast<uint8_t>(c);
    entry.checksum = static_cast<uint8_t>(0 - first); // the second half adds nothing
    return entry;
}
static_assert(sizeof(Tables::bios) < 256); // of max_structure, one byte counts

} // namespace

extern "C" {
[[gnu::section(".smbios"), gnu::used]] extern constexpr Tables smbios_tables = {
    .entry = make_entry_point(),
    .padding = 0,
    .bios = {{.header = {smbios::kBios, sizeof(smbios::Bios), 0},
              .vendor = 1,
              .version = 2,
              .segment = 0xf000,
              .date = 3,
              .size = 0,
              .characteristics = kNotSupported,
              .more = {},
              .major = 0,
              .minor = 1,
              .ec_major = kNone,
              .ec_minor = kNone},
             "pagelab\0"
             "0.1\0"
             "11/21/2026\0"},
    .system = {{.header = {smbios::kSystem, sizeof(smbios::System), 0x100},
                .manufacturer = 1,
                .product = 2,
                .version = 0,
                .serial = 0,
                .uuid = {},
                .wake_up = kPowerSwitch,
                .sku = 0,
                .family = 0},
               "pagelab\0"
               "PC\0"},
    .end = {{smbios::kEndOfTable, sizeof(smbios::Header), 0x7f00}, ""},
};
}

} // namespace pagelab::firmware
