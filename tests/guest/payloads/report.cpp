// A guest program that prints what the firmware has told it, on COM1, and ends by port 0xF4.
//
// It reports the protocol it was entered by, that protocol's memory map, and what INT 15h and 12h
// answer in real mode. One line per fact; firmware_qemu_test.cpp knows what they should be.
#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/multiboot.hpp"
#include "guestkernel/abi/boot/pvh.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"
#include "guestkernel/abi/machine/ports.hpp"

using namespace pagelab;

namespace {

constexpr uint32_t kSmap = 0x534d'4150; // "SMAP"

struct BiosRegisters { // as entry.S lays them out
    uint32_t eax, ebx, ecx, edx, edi, eflags, esp, number;
};

void out8(uint16_t port, uint8_t value)
{
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void print(char const* text)
{
    for (; *text != '\0'; text++)
        out8(port::kSerial1, static_cast<uint8_t>(*text));
}

void print_hex(uint64_t value, unsigned digits)
{
    while (digits-- > 0)
        out8(port::kSerial1, static_cast<uint8_t>("0123456789abcdef"[value >> 4 * digits & 15]));
}

void print_fact(char const* name, uint64_t value)
{
    print(name);
    print(" ");
    print_hex(value, 8);
    print("\n");
}

void print_range(char const* source, uint64_t address, uint64_t size, uint32_t type)
{
    print(source);
    print(" ");
    print_hex(address, 12);
    print("-");
    print_hex(address + size - 1, 12);
    print(" ");
    print_hex(type, 1);
    print("\n");
}

char const* text_at(uint64_t address)
{
    return reinterpret_cast<char const*>(static_cast<uintptr_t>(address));
}

} // namespace

extern "C" void bios_interrupt(BiosRegisters* registers);
extern "C" void report_main(uint32_t eax, uint32_t ebx, uint32_t esi);

namespace {

void report_multiboot(MultibootInfo const& info)
{
    print("protocol multiboot\n");
    print_fact("flags", info.flags);
    print("cmdline ");
    print(text_at(info.cmdline));
    print("\n");
    print_fact("mem_lower", info.mem_lower);
    print_fact("mem_upper", info.mem_upper);
    for (uint32_t at = 0; at < info.mmap_length;) {
        auto const* entry = reinterpret_cast<MultibootMapEntry const*>(info.mmap_addr + at);
        print_range("mmap", entry->address, entry->length, entry->type);
        at += entry->size + 4;
    }
    for (uint32_t i = 0; i < info.mods_count; i++) {
        auto const& module = reinterpret_cast<MultibootModule const*>(info.mods_addr)[i];
        print_fact("module size", module.end - module.start);
        print_fact("module starts", *reinterpret_cast<uint32_t const*>(module.start));
    }
}

void report_pvh(HvmStartInfo const& info)
{
    print("protocol pvh\ncmdline ");
    print(text_at(info.cmdline));
    print("\n");
    auto const* map = reinterpret_cast<HvmMapEntry const*>(static_cast<uintptr_t>(info.memory_map));
    for (uint32_t i = 0; i < info.memory_map_count; i++)
        print_range("mmap", map[i].address, map[i].size, map[i].type);
    auto const* module = reinterpret_cast<HvmModule const*>(static_cast<uintptr_t>(info.modules));
    for (uint32_t i = 0; i < info.module_count; i++) {
        print_fact("module size", module[i].size);
        print_fact("module starts",
                   *reinterpret_cast<uint32_t const*>(static_cast<uintptr_t>(module[i].address)));
    }
}

// The whole map by INT 15h, AX=E820h, asking for entries of `wanted` bytes.
void report_e820(char const* name, uint32_t wanted)
{
    alignas(8) uint8_t buffer[24];
    uint32_t index = 0;
    do {
        for (auto& byte : buffer)
            byte = 0xee;
        BiosRegisters r = {};
        r.number = 0x15;
        r.eax = 0xe820;
        r.ebx = index;
        r.ecx = wanted;
        r.edx = kSmap;
        r.edi = static_cast<uint16_t>(reinterpret_cast<uintptr_t>(buffer));
        bios_interrupt(&r);
        if ((r.eflags & 1) != 0 || r.eax != kSmap) {
            print("e820 failed\n");
            return;
        }
        auto const& entry = *reinterpret_cast<E820Entry const*>(buffer);
        print_range(name, entry.address, entry.size, entry.type);
        if (r.ecx != wanted || buffer[20] != (wanted == 24 ? 1 : 0xee) || r.esp != 0xe000)
            print("e820 misbehaves\n");
        index = r.ebx;
    } while (index != 0);
}

void report_interrupt(char const* name, uint32_t number, uint32_t eax, uint32_t ebx, uint32_t ecx,
                      uint32_t edx = 0)
{
    BiosRegisters r = {};
    r.eax = eax, r.ebx = ebx, r.ecx = ecx, r.edx = edx, r.number = number;
    bios_interrupt(&r);
    print(name);
    uint32_t const values[] = {r.eflags & 1, r.eax & 0xffff, r.ebx & 0xffff, r.ecx & 0xffff};
    for (uint32_t value : values) {
        print(" ");
        print_hex(value, 4);
    }
    print("\n");
}

} // namespace

void report_main(uint32_t eax, uint32_t ebx, uint32_t)
{
    out8(port::kSerial1 + 3, 3); // 8 bits, no parity, one stop bit
    auto const* start_info = reinterpret_cast<HvmStartInfo const*>(ebx);
    if (eax == kMultibootEntryMagic)
        report_multiboot(*reinterpret_cast<MultibootInfo const*>(ebx));
    else if (ebx != 0 && start_info->magic == kHvmStartMagic)
        report_pvh(*start_info);
    else
        print("protocol elf32\n");

    report_e820("e820", 20);
    report_e820("e820x", 24);
    report_interrupt("e820 without SMAP:", 0x15, 0xe820, 0, 20);
    report_interrupt("e820 of 19 bytes:", 0x15, 0xe820, 0, 19, kSmap);
    report_interrupt("e820 past the end:", 0x15, 0xe820, 0x1234, 20, kSmap);
    report_interrupt("e801:", 0x15, 0xe801, 0, 0);
    report_interrupt("88:", 0x15, 0x8800, 0, 0);
    report_interrupt("unknown:", 0x15, 0x4f00, 0, 0);
    report_interrupt("int 12:", 0x12, 0, 0, 0);
    auto const& bios =
        *reinterpret_cast<memory_map::ExtendedBiosData const*>(memory_map::kExtendedBiosData);
    print_fact("cpus", bios.cpu_count);
    print("end\n");
    out8(port::kExit, 0);
}
