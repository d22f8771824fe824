// CMOS sizes as QEMU and SeaBIOS lay them out: bytes 0x34/0x35 are RAM above 16 MiB in 64 KiB
// units, 0x30/0x31 RAM above 1 MiB in KiB (for machines smaller than 16 MiB), 0x5b..0x5d RAM above
// 4 GiB in 64 KiB units. (QEMU hw/i386/pc.c, pc_cmos_init.)
#include "firmware/ram.hpp"

#include "firmware/io.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::firmware {

namespace {

constexpr uint32_t kMaxGiven = 128; // ranges looked at; QEMU's own limit too

uint32_t cmos(uint8_t index)
{
    out8(port::kCmosIndex, index);
    return in8(port::kCmosData);
}

MemoryMap from_cmos()
{
    return build_memory_map(cmos(0x31) << 8 | cmos(0x30), cmos(0x35) << 8 | cmos(0x34),
                            cmos(0x5d) << 16 | cmos(0x5c) << 8 | cmos(0x5b));
}

} // namespace

MemoryMap find_memory(FwCfg const& fw_cfg)
{
    uint32_t count = fw_cfg.open(fw_cfg::kE820File) / sizeof(E820Entry);
    if (count == 0)
        return from_cmos();
    E820Entry given[kMaxGiven];
    if (count > kMaxGiven)
        count = kMaxGiven;
    fw_cfg.read(given, count * sizeof(E820Entry));
    return build_memory_map(given, count);
}

} // namespace pagelab::firmware
