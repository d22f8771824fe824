// MmuProbe: asks Unicorn's own MMU what one access does, a few million times.
//
// The oracle of tests/model. It owns an engine and RAM at physical 0, and runs one instruction per
// question at CPL 0 or 3, with an empty TLB, in whatever paging mode the given registers select.
// The tables are the caller's, in ram(); accessed and dirty flags are set there by the CPU. The
// instructions need to be mapped too: map_stubs() takes one entry of the root table for them.
//
// Control registers and the error code are read and written where uc_context_save puts them,
// since Unicorn's interface offers neither a side-effect-free write nor the code at all. The
// layout is that of Unicorn 2.1; create() checks it against known faults and refuses any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "emu/base/error.hpp"
#include "emu/mmu/access.hpp"
#include "emu/mmu/paging_mode.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

// What an access came to. The breakpoint that ends a stub (or lies at a fetch's target) is how an
// allowed access ends, so it counts as none.
struct ProbeOutcome {
    bool faulted = false;
    unsigned vector = 0;     // if faulted
    uint32_t error_code = 0; // if faulted
    uint64_t cr2 = 0;        // if faulted with vector 14
    uint64_t rip = 0;        // of the fault, or behind the breakpoint
    uint32_t value = 0;      // what a Read by User or Supervisor found
};

// What the MMU says to an access that no instruction makes. Page faults only: a canonical address.
struct ProbeLookUp {
    bool faulted = false;
    PhysAddr address;        // if not
    uint32_t error_code = 0; // if faulted
    uint64_t cr2 = 0;        // if faulted
};

class MmuProbe {
  public:
    // RAM of `bytes`, a multiple of 4 KiB, at least 64 KiB.
    static Result<std::unique_ptr<MmuProbe>> create(size_t bytes);

    ~MmuProbe();
    MmuProbe(MmuProbe const&) = delete;
    MmuProbe& operator=(MmuProbe const&) = delete;

    std::span<std::byte> ram();
    // RAM below this physical address is the caller's.
    uint64_t free_bytes() const;

    // The root table entry map_stubs() takes in `mode`; the caller leaves it alone.
    static unsigned stub_index(mmu::PagingMode mode);
    // Writes that entry into the root table CR3 names, and the probe's own tables behind it.
    void map_stubs(mmu::Context const& context);

    // One access; Read and Write are 4 bytes wide. ImplicitSupervisor reads a descriptor and ends
    // in #GP where the translation is allowed; only Read exists. `implicit_level` is its CPL, 0
    // or 3; context.physical_bits is ignored (Unicorn's is 40).
    ProbeOutcome access(mmu::Context const& context, VirtAddr address, mmu::Access access,
                        unsigned implicit_level = 3);

    // Explicit accesses without an instruction, fifteen times as fast: the same walk of the tables
    // by the library (uc_vmem_translate), with its flags set there. enter() sets the registers and
    // the CPL of the look-ups that follow; ImplicitSupervisor cannot be asked for.
    void enter(mmu::Context const& context, mmu::Requester requester);
    ProbeLookUp look_up(VirtAddr address, mmu::Operation operation);

    // What a Write stores.
    static constexpr uint32_t kStored = 0x5a5a'5acc;
    // Breakpoint: what a page must hold for a Fetch from it to end.
    static constexpr uint8_t kBreakpoint = 0xcc;

  private:
    struct Engine;
    explicit MmuProbe(std::unique_ptr<Engine> engine);

    std::unique_ptr<Engine> engine_;
};

} // namespace pagelab::cpu
