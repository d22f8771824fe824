// The memory of a booted guest, to be damaged, with the places that readers look at.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "emu/cpu/cpu_state.hpp"
#include "emu/guest/kernel_view.hpp"
#include "emu/mem/physical_memory.hpp"

// Counts reads, and notes where they fall.
class SnapshotMemory {
  public:
    struct Place {
        uint64_t address; // physical, of RAM or ROM
        uint64_t size;    // bytes

        auto operator<=>(Place const&) const = default;
    };

    // Where reads fell; ascending, each once. The walker reads its entries as numbers, the rest is
    // read as bytes.
    struct Places {
        std::vector<Place> bytes;
        std::vector<Place> entries;
    };

    explicit SnapshotMemory(pagelab::mem::PhysicalMemory memory) : memory_(std::move(memory)) {}

    void read(pagelab::PhysAddr address, std::span<std::byte> out) const;
    uint32_t read_u32(pagelab::PhysAddr address) const { return read_number<uint32_t>(address); }
    uint64_t read_u64(pagelab::PhysAddr address) const { return read_number<uint64_t>(address); }
    std::span<pagelab::mem::Region const> regions() const { return memory_.regions(); }

    pagelab::mem::PhysicalMemory& physical() { return memory_; }
    std::byte& at(uint64_t address)
    {
        return memory_.host_span(pagelab::PhysAddr(address)).front();
    }

    uint64_t reads() const { return reads_; }
    Places places_of(std::function<void()> const& look) const;

  private:
    template<class Number>
    Number read_number(pagelab::PhysAddr address) const
    {
        Number value = 0;
        reads_++;
        memory_.read(address, std::as_writable_bytes(std::span(&value, 1)));
        if (noted_ != nullptr)
            add_place(noted_->entries, address, sizeof value);
        return value;
    }

    void add_place(std::vector<Place>& places, pagelab::PhysAddr address, uint64_t size) const;

    pagelab::mem::PhysicalMemory memory_;
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
    std::vector<pagelab::cpu::CpuState> const& states() const { return states_; }
    std::filesystem::path const& kernel_file() const { return kernel_file_; }

  private:
    struct Stopped {
        std::filesystem::path kernel_file;
        std::vector<pagelab::cpu::CpuState> states;
        pagelab::mem::PhysicalMemory memory;
        pagelab::guest::TypeTable types;
    };
    static Stopped boot(std::string const& arch, std::string const& allocator);
    explicit GuestSnapshot(Stopped stopped);

    std::filesystem::path kernel_file_;
    std::vector<pagelab::cpu::CpuState> states_;
    pagelab::guest::TypeTable types_;
    SnapshotMemory memory_;
    pagelab::guest::PagedMemory<SnapshotMemory> paged_;
    pagelab::guest::KernelView view_;
};
