// Filling in CMOS memory.
#include "emu/dev/cmos_memory.hpp"

#include <algorithm>

namespace pagelab::dev {

namespace {

using Bytes = std::array<uint8_t, kCmosBytes>;

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kMiB = 1024 * kKiB;
constexpr uint64_t kBaseMemoryKiB = 640;
constexpr uint8_t kEquipmentFpu = 0x02;
constexpr unsigned kChecksummedFirst = 0x10; // the PC/AT's checksum covers 0x10..0x2d
constexpr unsigned kChecksummedLast = 0x2d;

void put(Bytes& bytes, unsigned index, unsigned size, uint64_t value)
{
    value = std::min(value, (uint64_t{1} << (8 * size)) - 1);
    for (unsigned i = 0; i < size; ++i)
        bytes[index + i] = static_cast<uint8_t>(value >> (8 * i));
}

uint64_t above(uint64_t size, uint64_t start)
{
    return size > start ? size - start : 0;
}

} // namespace

Bytes cmos_memory(CmosConfig const& config)
{
    Bytes bytes{};
    bytes[0x14] = kEquipmentFpu;
    put(bytes, 0x15, 2, std::min(config.low_ram / kKiB, kBaseMemoryKiB));
    put(bytes, 0x17, 2, above(config.low_ram, kMiB) / kKiB);
    put(bytes, 0x30, 2, above(config.low_ram, kMiB) / kKiB);
    put(bytes, 0x34, 2, above(config.low_ram, 16 * kMiB) / (64 * kKiB));
    put(bytes, 0x5b, 3, config.high_ram / (64 * kKiB));
    put(bytes, 0x5f, 1, config.cpus - 1);
    unsigned sum = 0;
    for (unsigned i = kChecksummedFirst; i <= kChecksummedLast; ++i)
        sum += bytes[i];
    bytes[0x2e] = static_cast<uint8_t>(sum >> 8); // high byte first
    bytes[0x2f] = static_cast<uint8_t>(sum);
    return bytes;
}

} // namespace pagelab::dev
