// What firmware reads from CMOS memory: sizes of RAM, number of CPUs, equipment.
//
// Layout of the PC/AT, with QEMU's additions as SeaBIOS reads them (SeaBIOS src/hw/rtc.h; QEMU
// hw/i386/pc.c, pc_cmos_init): 0x15/16 base memory and 0x17/18 = 0x30/31 memory from 1 MiB, both
// in KiB; 0x34/35 memory from 16 MiB below 4 GiB and 0x5b..5d memory from 4 GiB, both in units of
// 64 KiB; 0x5f CPUs - 1. Sizes that do not fit are cut to the largest that does.
#pragma once

#include <array>
#include <cstdint>

namespace pagelab::dev {

inline constexpr unsigned kCmosBytes = 128;

struct CmosConfig {
    uint64_t low_ram = 0;  // bytes of RAM below 4 GiB, counted from address 0
    uint64_t high_ram = 0; // bytes of RAM from 4 GiB up
    unsigned cpus = 1;
};

// All 128 bytes; those of the clock are zero.
std::array<uint8_t, kCmosBytes> cmos_memory(CmosConfig const& config);

} // namespace pagelab::dev
