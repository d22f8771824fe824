// The memory of a booted guest, as bytes to be damaged, with the places that readers look at.
//
// Physical addresses are offsets into the copy of its RAM; what is not RAM reads as all ones.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "emu/guest/kernel_view.hpp"

// Counts reads, and notes where they fall.
class SnapshotMemory {
  public:
    struct Place {
        uint64_t address; // physical
        uint64_t size;    // bytes

        auto operator<=>(Place const&) const = default;
    };

    // Where reads fell; ascending, each once. The walker reads its entries as numbers, the rest is
    // read as bytes.
    struct Places {
        std::vector<Place> bytes;
        std::vector<Place> entries;
    };

    explicit SnapshotMemory(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

    void read(pagelab::PhysAddr address, std::span<std::byte> out) const;
    uint32_t read_u32(pagelab::PhysAddr address) const { return read_number<uint32_t>(address); }
    uint64_t read_u64(pagelab::PhysAddr address) const { return read_number<uint64_t>(address); }

    std::span<std::byte> bytes() { return bytes_; }

    uint64_t reads() const { return reads_; }
    Places places_of(std::function<void()> const& look) const;

  private:
    template<class Number>
    Number read_number(pagelab::PhysAddr address) const
    {
        Number value = 0;
        copy(address, std::as_writable_bytes(std::span(&value, 1)));
        if (noted_ != nullptr)
            noted_->entries.push_back({address.value, sizeof value});
        return value;
    }

    void copy(pagelab::PhysAddr address, std::span<std::byte> out) const;

    std::vector<std::byte> bytes_;
    mutable uint64_t reads_ = 0;
    mutable Places* noted_ = nullptr;
};

class GuestSnapshot {
  public:
    // Boots the built kernel of this architecture with 16 MiB of RAM and this slab allocator, and
    // does some work in it.
    GuestSnapshot(std::string const& arch, std::string const& allocator);

    SnapshotMemory& memory() { return memory_; }
    pagelab::guest::KernelView const& view() const { return view_; }

  private:
    struct Stopped {
        pagelab::guest::TypeTable types;
        pagelab::mmu::Context context;
        std::vector<std::byte> ram;
    };
    static Stopped boot(std::string const& arch, std::string const& allocator);
    explicit GuestSnapshot(Stopped stopped);

    pagelab::guest::TypeTable types_;
    SnapshotMemory memory_;
    pagelab::guest::PagedMemory<SnapshotMemory> paged_;
    pagelab::guest::KernelView view_;
};
