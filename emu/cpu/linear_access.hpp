// LinearMemory over the machine's RAM and the walker: how delivery reads tables and pushes frames.
#pragma once

#include "emu/cpu/exception_delivery.hpp"
#include "emu/cpu/translation_memo.hpp"
#include "emu/mem/physical_memory.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::cpu {

inline constexpr unsigned kPhysicalAddressBits = 40; // MAXPHYADDR of the CPU library

// The registers of a state that translation depends on.
mmu::Context paging_context(CpuState const& state);

// Sets the accessed and dirty flags a walk asks for.
void apply_updates(mmu::WalkTrace const& trace, mem::PhysicalMemory& memory);

// Implicit supervisor access under the given state, with A/D updates. Holds references only.
class LinearAccess final : public LinearMemory {
  public:
    LinearAccess(CpuState const& state, mem::PhysicalMemory& memory, TranslationMemo& memo)
        : context_(paging_context(state)), memory_(memory), memo_(memo)
    {
    }

    std::byte const* to_read(uint64_t linear, size_t size) override
    {
        return find(linear, size, mmu::Operation::Read);
    }
    std::byte* to_write(uint64_t linear, size_t size) override
    {
        return find(linear, size, mmu::Operation::Write);
    }
    std::expected<void, DeliveryFault> read(uint64_t linear, std::span<std::byte> out) override;
    std::expected<void, DeliveryFault> write(uint64_t linear,
                                             std::span<std::byte const> bytes) override;
    void change_address_space(CpuState const& state) override;

  private:
    // Of an access that is within one remembered page.
    std::byte* find(uint64_t linear, size_t size, mmu::Operation operation) const;
    std::expected<PhysAddr, DeliveryFault> translate(uint64_t linear, mmu::Operation operation);

    mmu::Context context_;
    mem::PhysicalMemory& memory_;
    TranslationMemo& memo_;
};

} // namespace pagelab::cpu
