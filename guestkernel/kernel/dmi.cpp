// A walk over the tables, which the firmware wrote and nobody has checked.
#include "guestkernel/kernel/dmi.hpp"

#include "guestkernel/abi/machine/smbios.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint32_t kRom = 0xf'0000, kRomEnd = 0x10'0000;
constexpr size_t kTextSize = 128;

uint8_t const* at(uint32_t physical)
{
    return static_cast<uint8_t const*>(arch::phys_to_virt(PhysAddr(physical)));
}

bool is_entry_point(uint8_t const* bytes)
{
    if (memcmp(bytes, "_SM_", 4) != 0 || memcmp(bytes + 16, "_DMI_", 5) != 0)
        return false;
    uint8_t sum = 0;
    for (size_t i = 0; i < sizeof(smbios::EntryPoint); i++)
        sum = static_cast<uint8_t>(sum + bytes[i]);
    return sum == 0;
}

smbios::EntryPoint const* find_entry_point()
{
    for (uint32_t address = kRom; address < kRomEnd; address += 16) {
        if (is_entry_point(at(address)))
            return reinterpret_cast<smbios::EntryPoint const*>(at(address));
    }
    return nullptr;
}

// A string of the structure at `header`, or "". `end` is the tables'.
char const* string_of(smbios::Header const& header, uint8_t number, uint8_t const* end)
{
    auto const* text = reinterpret_cast<char const*>(&header) + header.length;
    auto const* const limit = reinterpret_cast<char const*>(end);
    for (; number > 1 && text < limit && *text != '\0'; number--) {
        while (text < limit && *text != '\0')
            text++;
        text++;
    }
    return number == 1 && text < limit ? text : "";
}

smbios::Header const* next_of(smbios::Header const& header, uint8_t const* end)
{
    auto const* byte = reinterpret_cast<uint8_t const*>(&header) + header.length;
    while (byte + 1 < end && (byte[0] != 0 || byte[1] != 0))
        byte++;
    return reinterpret_cast<smbios::Header const*>(byte + 2);
}

struct names {
    char const* vendor = "";
    char const* product = "";
    char const* version = "";
    char const* date = "";
};

names read_names(uint8_t const* table, uint32_t length)
{
    names found;
    uint8_t const* const end = table + length;
    auto const* header = reinterpret_cast<smbios::Header const*>(table);
    while (reinterpret_cast<uint8_t const*>(header) + sizeof(smbios::System) < end &&
           header->length >= sizeof(*header) && header->type != smbios::kEndOfTable) {
        if (header->type == smbios::kBios) {
            auto const& bios = *reinterpret_cast<smbios::Bios const*>(header);
            found.version = string_of(*header, bios.version, end);
            found.date = string_of(*header, bios.date, end);
        } else if (header->type == smbios::kSystem) {
            auto const& system = *reinterpret_cast<smbios::System const*>(header);
            found.vendor = string_of(*header, system.manufacturer, end);
            found.product = string_of(*header, system.product, end);
        }
        header = next_of(*header, end);
    }
    return found;
}

// What lies elsewhere may not be mapped.
bool is_in_rom(uint32_t address, uint32_t length)
{
    return address >= kRom && address + uint64_t{length} <= kRomEnd;
}

} // namespace

char const* dmi_ids()
{
    static char text[kTextSize];
    static bool looked = false;
    if (looked)
        return text;
    looked = true;
    smbios::EntryPoint const* const entry = find_entry_point();
    if (entry == nullptr || !is_in_rom(entry->table, entry->table_length))
        return text;
    names const found = read_names(at(entry->table), entry->table_length);
    lib::snprintf(text, sizeof(text), "%.40s %.40s, BIOS %.30s %.10s", found.vendor, found.product,
                  found.version, found.date);
    return text;
}

} // namespace pagelab::kernel
