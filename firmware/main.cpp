// The firmware's whole course, after reset.S has reached 32-bit mode.
#include "firmware/bios_data.hpp"
#include "firmware/boot.hpp"
#include "firmware/console.hpp"
#include "firmware/fw_cfg.hpp"
#include "firmware/mp_table.hpp"
#include "firmware/ram.hpp"
#include "firmware/virtual_wire.hpp"

extern "C" [[noreturn]] void firmware_main();

void firmware_main()
{
    using namespace pagelab;
    firmware::FwCfg const fw_cfg; // who tells us everything else
    firmware::MemoryMap const map =
        firmware::find_memory(fw_cfg); // RAM, and what is reserved in it
    uint16_t const cpu_count = fw_cfg.read_u16(fw_cfg::kCpuCount);
    firmware::write_bios_data(map, cpu_count); // for INT 15h
    firmware::write_mp_table(cpu_count);       // for kernels
    firmware::wire_interrupts();               // the 8259s' to the CPU
    firmware::boot({fw_cfg, map});
}
