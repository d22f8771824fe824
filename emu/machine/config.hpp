// What a machine is made of: sizes, CPU, memory map, devices, injected faults. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/boot/e820.hpp"

namespace pagelab::machine {

// A RAM cell that always reads as one: the fault `--inject stuck-bit=ADDR:BIT` asks for.
struct StuckBit {
    PhysAddr address; // of the byte
    unsigned bit = 0; // 0..7
};

struct MachineConfig {
    uint64_t ram_size = uint64_t{128} << 20; // bytes
    unsigned cpus = 1;                       // 1..16
    uint64_t seed = 0;                       // of how several CPUs take turns
    std::string cpu_model = "max";
    bool lapic = true; // local APIC and I/O APIC at their usual addresses
    // The memory map the firmware starts from; empty: computed from ram_size.
    std::vector<E820Entry> e820;
    std::vector<StuckBit> stuck_bits;
    uint64_t rtc_start = 1'767'225'600; // seconds since 1970: 2026-01-01 00:00:00 UTC
};

// "ADDR:BIT", as after --inject stuck-bit=.
Result<StuckBit> parse_stuck_bit(std::string_view text);

// The etc/e820 the machine offers: RAM below and above 4 GiB, and the range below 1 TiB that
// AMD's HyperTransport claims, as QEMU lists it (hw/i386/pc.c).
std::vector<E820Entry> default_e820(uint64_t low_ram, uint64_t high_ram);

} // namespace pagelab::machine
