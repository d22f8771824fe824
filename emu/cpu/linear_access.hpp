// LinearMemory over the machine's RAM and the walker: how delivery reads tables and pushes frames.
#pragma once

#include <array>

#include "emu/cpu/exception_delivery.hpp"
#include "emu/mem/physical_memory.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::cpu {

inline constexpr unsigned kPhysicalAddressBits = 40; // MAXPHYADDR of the CPU library

// The registers of a state that translation depends on.
mmu::Context paging_context(CpuState const& state);

// Sets the accessed and dirty flags a walk asks for.
void apply_updates(mmu::WalkTrace const& trace, mem::PhysicalMemory& memory);

// Implicit supervisor access under the given state, with A/D updates. Made anew for each delivery:
// it remembers the last page of each kind of access, as the TLB would.
class LinearAccess final : public LinearMemory {
  public:
    LinearAccess(CpuState const& state, mem::PhysicalMemory& memory)
        : context_(paging_context(state)), memory_(memory)
    {
    }

    std::expected<void, DeliveryFault> read(uint64_t linear, std::span<std::byte> out) override;
    std::expected<void, DeliveryFault> write(uint64_t linear,
                                             std::span<std::byte const> bytes) override;

  private:
    struct Remembered {
        uint64_t linear_page = ~uint64_t{0};
        PhysAddr page;
    };

    std::expected<PhysAddr, DeliveryFault> translate(uint64_t linear, mmu::Operation operation);

    mmu::Context context_;
    mem::PhysicalMemory& memory_;
    std::array<Remembered, 2> remembered_; // by read, write
};

} // namespace pagelab::cpu
