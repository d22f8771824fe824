// Layout of RAM and ROM over one anonymous host mapping, and the copying in and out of it.
#include "emu/mem/physical_memory.hpp"

#include <algorithm>
#include <cstring>

namespace pagelab::mem {

namespace {

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kLowRamLimit = 0xe000'0000;  // RAM up to here stays below 4 GiB
constexpr uint64_t kPciHoleStart = 0xc000'0000; // with more RAM, the hole starts here
constexpr uint64_t kRomLimit = 128 * kKiB;

struct Split {
    uint64_t low;
    uint64_t high;
};

Split split_ram(uint64_t ram_size)
{
    uint64_t const low = ram_size < kLowRamLimit ? ram_size : kPciHoleStart;
    return {low, ram_size - low};
}

} // namespace

Result<PhysicalMemory> PhysicalMemory::create(uint64_t ram_size, std::span<std::byte const> rom)
{
    if (ram_size < kRamMinimum || ram_size > kRamMaximum)
        return fail("RAM of {} bytes: it must be 16M to 64G", ram_size);
    if (ram_size % kPageSize != 0)
        return fail("RAM of {} bytes is not a whole number of 4 KiB pages", ram_size);
    if (rom.size() == 0 || rom.size() > kRomLimit || rom.size() % (64 * kKiB) != 0)
        return fail("firmware of {} bytes: it must be 64 or 128 KiB", rom.size());

    PhysicalMemory memory;
    memory.ram_size_ = ram_size;
    memory.writable_ = ram_size;
    memory.dirty_ = DirtyPages(ram_size / kPageSize);
    memory.memory_ = TRY(HostMemory::create(ram_size + rom.size(), HostPages::Small));
    auto* const ram = memory.memory_.data();
    auto* const rom_bytes = ram + ram_size;
    std::ranges::copy(rom, rom_bytes);

    auto const [low, high] = split_ram(ram_size);
    memory.low_ram_end_ = PhysAddr(low);
    memory.high_ram_size_ = high;
    auto const rom_region = [&](PhysAddr end) {
        return Region{end - rom.size(), rom.size(), rom_bytes, Region::Kind::Rom};
    };
    auto& regions = memory.regions_;
    regions.push_back({PhysAddr(0), 640 * kKiB, ram});
    regions.push_back({PhysAddr(0xb'8000), 32 * kKiB, ram + 0xb'8000});
    regions.push_back(rom_region(PhysAddr(0x10'0000)));
    memory.main_ = {PhysAddr(0x10'0000), low - 1024 * kKiB, ram + 1024 * kKiB};
    regions.push_back(memory.main_);
    regions.push_back(rom_region(kFourGiB));
    if (high != 0)
        regions.push_back({kFourGiB, high, ram + low});
    return memory;
}

PhysicalMemory PhysicalMemory::read_only(std::vector<Region> regions, HostMemory bytes)
{
    PhysicalMemory memory;
    memory.memory_ = std::move(bytes);
    memory.regions_ = std::move(regions);
    for (Region const& region : memory.regions_) {
        memory.ram_size_ += region.size;
        if (region.end() <= kFourGiB)
            memory.low_ram_end_ = region.end();
        else
            memory.high_ram_size_ += region.size;
        if (region.size > memory.main_.size)
            memory.main_ = region;
    }
    return memory;
}

std::span<std::byte> PhysicalMemory::find_span(PhysAddr address) const
{
    for (Region const& region : regions_)
        if (address >= region.base && address < region.end())
            return span_in(region, address);
    return {};
}

void PhysicalMemory::read(PhysAddr address, std::span<std::byte> out) const
{
    while (!out.empty()) {
        auto const source = host_span(address);
        // A hole is read one byte at a time: it is rare, and may end anywhere.
        size_t const count = source.empty() ? 1 : std::min(source.size(), out.size());
        if (source.empty())
            out[0] = std::byte{0xff};
        else
            std::memcpy(out.data(), source.data(), count);
        out = out.subspan(count);
        address += count;
    }
}

uint32_t PhysicalMemory::read_u32(PhysAddr address) const
{
    uint32_t value = 0;
    if (auto const source = host_span(address); source.size() >= sizeof value) [[likely]]
        std::memcpy(&value, source.data(), sizeof value);
    else
        read(address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

uint64_t PhysicalMemory::read_u64(PhysAddr address) const
{
    uint64_t value = 0;
    if (auto const source = host_span(address); source.size() >= sizeof value) [[likely]]
        std::memcpy(&value, source.data(), sizeof value);
    else
        read(address, std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

void PhysicalMemory::mark_dirty(PhysAddr address, uint64_t size)
{
    for (PhysAddr page = address.page_start(); page < address + size; page += kPageSize)
        if (auto const number = ram_page(page))
            dirty_.mark(*number);
}

void PhysicalMemory::write(PhysAddr address, std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        auto const target = host_span(address);
        size_t const count = target.empty() ? 1 : std::min(target.size(), bytes.size());
        bool const is_rom = !target.empty() && target.data() >= memory_.data() + writable_;
        if (!target.empty() && !is_rom) {
            mark_dirty(address, count);
            std::memcpy(target.data(), bytes.data(), count);
        }
        bytes = bytes.subspan(count);
        address += count;
    }
}

} // namespace pagelab::mem
