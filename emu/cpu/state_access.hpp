// CpuState out of, and into, the CPU library's own state.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "emu/cpu/cpu_state.hpp"
#include "emu/cpu/state_layout.hpp"
#include "emu/cpu/unicorn_api.hpp"
#include "emu/mmu/paging_mode.hpp"

namespace pagelab::cpu {

// What address translation depends on.
struct PagingState {
    mmu::Context context;
    uint8_t cpl = 0;
    int32_t a20_mask = -1;
};

// The live state (live_state.hpp) and the layout of what is in it: what is stored is what the
// engine goes on with.
class StateAccess {
  public:
    StateAccess(uc_engine* engine, std::byte* state, StateLayout const& layout)
        : engine_(engine), state_(state), layout_(layout)
    {
    }

    CpuState load() const;
    PagingState load_paging() const; // cheaper parts of load()
    uint64_t load_linear_rip() const;
    // Puts a load()ed state that was changed back. The arithmetic flags, which the library keeps
    // elsewhere, stay as they are: delivery never changes them.
    void store(CpuState const& state);
    // The same for what delivery without a task switch changes: RIP, RSP, RFLAGS, CR2, segments.
    void store_entry(CpuState const& state);
    // Replaces all flags, the arithmetic ones included.
    void store_all_flags(uint64_t rflags);

    uint32_t error_code() const { return get<uint32_t>(layout_.error_code); }
    bool is_software_interrupt() const { return get<uint32_t>(layout_.exception_is_int()) != 0; }
    // Unicorn latches the last contributory exception and never forgets it: the second page fault
    // would arrive as a double fault. Delivery clears it.
    void clear_old_exception() { put<int32_t>(layout_.old_exception(), -1); }
    void set_a20(bool enabled) { put<int32_t>(layout_.a20_mask(), enabled ? -1 : ~(1 << 20)); }
    bool interrupt_shadow() const;
    // From an NMI to the next IRET, which the library sees to.
    bool nmi_blocked() const;
    void set_nmi_blocked(bool blocked);

    // The processor's loaded PDPTEs, which the library does not have: kept here.
    std::optional<mmu::Pdptes> const& pdptes() const { return pdptes_; }
    void set_pdptes(std::optional<mmu::Pdptes> const& pdptes) { pdptes_ = pdptes; }
    uint64_t cr4() const { return get<uint64_t>(layout_.control_registers() + 32); }
    void set_cr2(uint64_t linear) { put<uint64_t>(layout_.control_registers() + 16, linear); }

    // All that is one processor's, to be put away and back.
    std::span<std::byte> bytes() const
    {
        return {state_ + layout_.registers, layout_.context_size - layout_.registers};
    }
    bool a20() const { return get<int32_t>(layout_.a20_mask()) == -1; }

    StateLayout const& layout() const { return layout_; }

  private:
    template<class T>
    T get(size_t offset) const
    {
        T value;
        std::memcpy(&value, state_ + offset, sizeof value);
        return value;
    }
    template<class T>
    void put(size_t offset, T value)
    {
        std::memcpy(state_ + offset, &value, sizeof value);
    }

    Segment load_segment(size_t index) const;
    void store_segment(size_t index, Segment const& segment);

    uc_engine* engine_;
    std::byte* state_;
    StateLayout layout_;
    std::optional<mmu::Pdptes> pdptes_;
};

} // namespace pagelab::cpu
