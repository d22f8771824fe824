// MmuOracle: one access by the walker and by Unicorn's MMU over the same memory, compared.
//
// Memory: tables below kDataStart, any layout; from there to the end of the free RAM every 8-byte
// word names its own address, and begins with a breakpoint so that a fetch from it ends.
#pragma once

#include <memory>
#include <string>

#include "emu/cpu/mmu_probe.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::test {

class MmuOracle {
  public:
    static constexpr size_t kRamBytes = 16 << 20;
    static constexpr uint64_t kDataStart = 8 << 20;

    MmuOracle(); // ENSUREs that the probe starts

    uint64_t free_bytes() const { return probe_->free_bytes(); }
    void put(uint64_t address, uint64_t entry, unsigned bytes);
    std::span<std::byte> ram() { return probe_->ram(); }
    cpu::MmuProbe& probe() { return *probe_; }

    // Empty if both agree on everything: allowed or not, vector, error code, CR2, the physical
    // address, and every flag set in the tables. Memory is as before afterwards. An access whose
    // walk leaves RAM is skipped, as is an implicit one outside the data area; a write or fetch
    // there becomes a read.
    // `level`: the CPL of an implicit access, 0 or 3.
    std::string difference(mmu::Context const& context, VirtAddr address, mmu::Access access,
                           unsigned level = 3);

    // The same of an explicit access to a canonical address, by the probe's look_up(), after its
    // enter(); the tables lie in RAM.
    std::string look_up_difference(mmu::Context const& context, VirtAddr address,
                                   mmu::Access access);

    uint64_t accesses = 0; // compared so far
    uint64_t skipped = 0;
    uint64_t allowed = 0; // of those compared

  private:
    using Outcome = std::expected<mmu::Translation, mmu::Fault>;
    bool stays_in_ram(mmu::WalkTrace const& trace) const;
    std::string compare(Outcome const& walked, cpu::ProbeOutcome const& probed, VirtAddr address,
                        mmu::Access access);
    std::string compare_flags(mmu::WalkTrace const& trace);

    std::unique_ptr<cpu::MmuProbe> probe_;
};

} // namespace pagelab::test
