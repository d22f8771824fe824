// Choosing the protocol, and what all of them share.
#include "firmware/boot.hpp"

#include "firmware/console.hpp"
#include "firmware/io.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

extern "C" [[noreturn]] void enter_kernel(uint32_t entry, uint32_t eax, uint32_t ebx, uint32_t esi);
extern "C" [[noreturn]] void enter_long_mode(uint32_t entry);

namespace pagelab::firmware {

namespace {

// Little-endian words at fixed places of the setup data.
constexpr uint32_t kElfMagic = 0x464c'457f;   // at 0: "\x7fELF"
constexpr uint32_t kLinuxMagic = 0x5372'6448; // at 0x202: "HdrS"
constexpr uint32_t kLinuxMagicAt = 0x202;

uint32_t word_at(uint8_t const* bytes)
{
    return static_cast<uint32_t>(bytes[0] | bytes[1] << 8 | bytes[2] << 16) |
           static_cast<uint32_t>(bytes[3]) << 24;
}

// The host has placed the segments; the file says "elf32" or "elf64".
[[noreturn]] void boot_raw_elf(Machine const& machine)
{
    char name[5];
    machine.fw_cfg.read(name, sizeof name);
    uint32_t const entry = machine.fw_cfg.read_u32(fw_cfg::kKernelEntry);
    if (name[3] == '3' && name[4] == '2')
        enter(entry, {});
    if (name[3] != '6' || name[4] != '4')
        die("opt/org.pagelab/protocol is neither elf32 nor elf64");
    if (!has_long_mode())
        die("a 64-bit image, but the processor has no long mode");
    enter_long_mode(entry);
}

} // namespace

void boot(Machine const& machine)
{
    auto const& fw_cfg = machine.fw_cfg;
    if (fw_cfg.open(fw_cfg::kProtocolFile) >= sizeof "elf32" - 1)
        boot_raw_elf(machine);
    if (fw_cfg.read_u32(fw_cfg::kSetupSize) == 0) {
        if (fw_cfg.read_u32(fw_cfg::kKernelSize) == 0)
            die("no kernel was given");
        boot_multiboot(machine);
    }
    uint8_t setup[kSetupHeadSize];
    fw_cfg.read_item(fw_cfg::kSetupData, setup, sizeof setup);
    if (word_at(setup) == kElfMagic)
        boot_pvh(machine);
    if (word_at(setup + kLinuxMagicAt) == kLinuxMagic)
        boot_linux(machine, setup);
    die("the kernel is neither multiboot nor Linux nor PVH");
}

void load_item(Machine const& machine, uint16_t key, uint32_t address, uint32_t size,
               char const* reason)
{
    if (address < memory_map::kImagesStart || !machine.map.is_usable(address, size))
        die(reason);
    machine.fw_cfg.read_item(key, reinterpret_cast<void*>(address), size);
}

void enter(uint32_t entry, EntryRegisters const& registers)
{
    enter_kernel(entry, registers.eax, registers.ebx, registers.esi);
}

} // namespace pagelab::firmware
