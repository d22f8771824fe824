// The machine's physical memory as a PC lays it out: which addresses are RAM or ROM, and their
// bytes.
//
//   0x0000'0000  RAM, 640 KiB
//   0x000a'0000  hole (all ones), except the VGA text page 0xb8000..0xbffff, which is RAM
//   0x000f'0000  ROM, also visible at the end of the first 4 GiB; writes are lost
//   0x0010'0000  RAM, to the end or to the PCI hole
//   0xc000'0000  PCI hole, when there are 3.5 GiB of RAM or more; the rest is above 4 GiB
//
// This is QEMU's "pc" layout (hw/i386/pc_piix.c: lowmem). Host memory is one lazily committed
// mapping: a page costs nothing until the guest, or a loader, writes to it. Pointers handed out
// stay valid for the life of the object. Models PhysicalReader; device registers are not here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/base/host_memory.hpp"
#include "emu/mem/dirty_pages.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::mem {

inline constexpr uint64_t kRamMinimum = uint64_t{16} << 20;
inline constexpr uint64_t kRamMaximum = uint64_t{64} << 30;
inline constexpr PhysAddr kFourGiB{uint64_t{1} << 32};

// A run of guest physical addresses backed by host bytes.
struct Region {
    enum class Kind : uint8_t { Ram, Rom };

    PhysAddr base;
    uint64_t size = 0; // bytes, a multiple of 4 KiB
    std::byte* host = nullptr;
    Kind kind = Kind::Ram;

    PhysAddr end() const { return base + size; }
};

class PhysicalMemory {
  public:
    // ram_size: bytes, kRamMinimum..kRamMaximum, whole 4 KiB pages. rom: the firmware, a multiple
    // of 64 KiB up to 128 KiB; its last byte is mapped at 0xfffff and at 0xffff'ffff.
    static Result<PhysicalMemory> create(uint64_t ram_size, std::span<std::byte const> rom);

    // RAM that is somewhere already, a file mapped to memory for one; writes to it are lost.
    // regions: ascending, not overlapping, in `bytes`.
    static PhysicalMemory read_only(std::vector<Region> regions, HostMemory bytes);

    uint64_t ram_size() const { return ram_size_; }
    // End of RAM below the PCI hole, and bytes of RAM above 4 GiB (0 if none).
    PhysAddr low_ram_end() const { return low_ram_end_; }
    uint64_t high_ram_size() const { return high_ram_size_; }

    // Everything with host bytes, ascending; what the CPU maps.
    std::span<Region const> regions() const { return regions_; }

    uint32_t read_u32(PhysAddr address) const;
    uint64_t read_u64(PhysAddr address) const;
    void read(PhysAddr address, std::span<std::byte> out) const;
    // Stores to RAM; bytes that fall on ROM or a hole are lost, as on a bus.
    void write(PhysAddr address, std::span<std::byte const> bytes);

    // RAM as the host has it, holes below 1 MiB included: a page of it by its number, from 0 on.
    uint64_t ram_pages() const { return writable_ / kPageSize; }
    std::byte* ram_bytes(uint64_t page) const { return memory_.data() + page * kPageSize; }
    PhysAddr ram_address(uint64_t page) const
    {
        uint64_t const offset = page * kPageSize;
        return offset < low_ram_end_.value ? PhysAddr(offset)
                                           : kFourGiB + (offset - low_ram_end_.value);
    }
    // The number of the page with this address; none if it is beyond RAM.
    std::optional<uint64_t> ram_page(PhysAddr address) const
    {
        if (address < low_ram_end_) [[likely]]
            return address.value / kPageSize;
        if (address < kFourGiB || address - kFourGiB >= high_ram_size_)
            return std::nullopt;
        return (address - kFourGiB + low_ram_end_.value) / kPageSize;
    }
    // By these numbers. write() marks; who writes otherwise does it himself.
    DirtyPages const& dirty() const { return dirty_; }
    DirtyPages& dirty() { return dirty_; }

    // The host byte behind `address` and how many follow it in the same region; empty for a hole.
    std::span<std::byte> host_span(PhysAddr address) const
    {
        if (address >= main_.base && address < main_.end()) [[likely]]
            return span_in(main_, address);
        return find_span(address);
    }

  private:
    PhysicalMemory() = default;

    static std::span<std::byte> span_in(Region const& region, PhysAddr address)
    {
        uint64_t const offset = address - region.base;
        return {region.host + offset, region.size - offset};
    }
    std::span<std::byte> find_span(PhysAddr address) const;
    void mark_dirty(PhysAddr address, uint64_t size);

    uint64_t ram_size_ = 0;
    PhysAddr low_ram_end_;
    uint64_t high_ram_size_ = 0;
    HostMemory memory_;     // RAM, then ROM
    uint64_t writable_ = 0; // bytes of it, from its start
    DirtyPages dirty_;
    std::vector<Region> regions_;
    Region main_; // the one from 1 MiB on, where nearly all is
};

} // namespace pagelab::mem
