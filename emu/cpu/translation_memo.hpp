// Translations remembered with their proof: the entries that were read and what was in them.
//
// Not a TLB: an answer is given only if a walk now would read the same values at the same places
// under the same registers, so it cannot be stale. Checking four words is far cheaper than a walk;
// delivery of an exception makes a handful of translations, nearly always the same ones.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "emu/mem/physical_memory.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::cpu {

class TranslationMemo {
  public:
    // The page `linear_page` is in, if it is remembered and still so.
    std::optional<PhysAddr> find(mmu::Context const& context, uint64_t linear_page,
                                 mmu::Operation operation) const
    {
        Entry const& entry = entries_[index(linear_page, operation)];
        if (entry.linear_page != linear_page || entry.operation != operation ||
            !same_registers(entry.context, context))
            return std::nullopt;
        for (unsigned i = 0; i < entry.depth; ++i) {
            if (read(entry.proof[i].host, entry.entry_bytes) != entry.proof[i].raw)
                return std::nullopt;
        }
        return entry.page;
    }

    // Only for translations that set no flags: one that does changes what it read.
    void remember(mmu::Context const& context, uint64_t linear_page, mmu::Operation operation,
                  mmu::Translation const& walked, mem::PhysicalMemory const& memory)
    {
        Entry entry{linear_page, operation,
                    context,     walked.address.page_start(),
                    0,           walked.trace.entry_bytes,
                    {}};
        for (mmu::WalkStep const& step : walked.trace) {
            auto const host = memory.host_span(step.entry);
            if (step.needs_update() || host.size() < entry.entry_bytes)
                return;
            entry.proof[entry.depth++] = {host.data(), step.raw};
        }
        entries_[index(linear_page, operation)] = entry;
    }

  private:
    struct Proof {
        std::byte const* host = nullptr;
        uint64_t raw = 0;
    };
    struct Entry {
        uint64_t linear_page = ~uint64_t{0};
        mmu::Operation operation = mmu::Operation::Read;
        mmu::Context context;
        PhysAddr page;
        unsigned depth = 0;
        unsigned entry_bytes = 8;
        std::array<Proof, mmu::kMaxLevels> proof;
    };

    static uint64_t read(std::byte const* host, unsigned bytes)
    {
        uint64_t wide = 0;
        uint32_t narrow = 0;
        if (bytes == sizeof wide) {
            std::memcpy(&wide, host, sizeof wide);
            return wide;
        }
        std::memcpy(&narrow, host, sizeof narrow);
        return narrow;
    }

    // RFLAGS does not matter to implicit supervisor accesses.
    static bool same_registers(mmu::Context const& a, mmu::Context const& b)
    {
        return a.cr0 == b.cr0 && a.cr3 == b.cr3 && a.cr4 == b.cr4 && a.efer == b.efer;
    }
    static size_t index(uint64_t linear_page, mmu::Operation operation)
    {
        return (linear_page / kPageSize * 2 + (operation == mmu::Operation::Write)) % kEntries;
    }

    static constexpr size_t kEntries = 64;
    std::array<Entry, kEntries> entries_;
};

} // namespace pagelab::cpu
