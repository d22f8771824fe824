// Source: IBM PC/AT BIOS data area (segment 0x40); INT 15h, AX=E801h and AH=88h for the sizes.
#include "firmware/bios_data.hpp"

#include "guestkernel/abi/machine/ports.hpp"

// In interrupts.S; only their offsets in segment 0xf000 matter.
extern "C" char const interrupt_ignored[], interrupt_11[], interrupt_12[], interrupt_15[];

namespace pagelab::firmware {

using namespace memory_map;

namespace {

constexpr uint32_t kRomSegment = 0xf000;
constexpr uint32_t k16MiB = 16 << 20;
constexpr uint32_t k63MiB = 63 << 20;

// Low memory is at fixed addresses; the compiler must not reason about what lies there.
template<class T>
T volatile& low_memory(uint32_t address)
{
    return *reinterpret_cast<T volatile*>(address);
}

void set_vector(uint32_t number, char const* handler)
{
    uint32_t const offset = reinterpret_cast<uintptr_t>(handler) - kRom;
    low_memory<uint32_t>(number * 4) = kRomSegment << 16 | offset;
}

uint64_t at_most(uint64_t value, uint64_t limit)
{
    return value < limit ? value : limit;
}

} // namespace

void write_bios_data(MemoryMap const& map, uint16_t cpu_count)
{
    for (uint32_t number = 0; number < 256; number++)
        set_vector(number, interrupt_ignored);
    set_vector(0x11, interrupt_11);
    set_vector(0x12, interrupt_12);
    set_vector(0x15, interrupt_15);

    low_memory<uint16_t>(0x400) = port::kSerial1;
    low_memory<uint16_t>(0x40e) = kExtendedBiosData >> 4;
    low_memory<uint16_t>(0x410) = 1 << 9; // equipment: one serial port
    low_memory<uint16_t>(0x413) = kExtendedBiosData >> 10;

    uint64_t const end = at_most(map.usable_end(kHighRam), kFlashReserve);
    uint64_t const below_16m = at_most(end, k16MiB) - kHighRam;
    uint64_t const above_16m = end - kHighRam - below_16m;
    auto& data = *reinterpret_cast<ExtendedBiosData*>(kExtendedBiosData);
    data = {};
    data.size_kib = 1;
    data.cpu_count = cpu_count;
    data.e820_count = static_cast<uint16_t>(map.count());
    data.kib_1m_to_16m = static_cast<uint16_t>(below_16m >> 10);
    data.units_above_16m = static_cast<uint16_t>(above_16m >> 16);
    data.kib_above_1m = static_cast<uint16_t>(at_most(end - kHighRam, k63MiB) >> 10);
    for (uint32_t i = 0; i < map.count(); i++)
        data.e820[i] = map.begin()[i];
}

} // namespace pagelab::firmware
