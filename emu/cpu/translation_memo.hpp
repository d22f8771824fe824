// Translations remembered with their proof: the entries that were read and what was in them.
//
// Not a TLB: an answer is given only if a walk now would read the same values at the same places
// under the same registers, so it cannot be stale. Checking four words is far cheaper than a walk;
// delivery of an exception makes a handful of translations, nearly always the same ones. What is
// remembered is the host's page itself, for pages whose bytes may be accessed without more ado.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "emu/mem/physical_memory.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::cpu {

class TranslationMemo {
  public:
    // The host page behind `linear_page`, if it is remembered and still so; else null.
    std::byte* find(mmu::Context const& context, uint64_t linear_page,
                    mmu::Operation operation) const
    {
        Entry const& entry = entries_[index(linear_page, operation)];
        if (entry.linear_page != linear_page || entry.operation != operation ||
            !same_registers(entry.context, context))
            return nullptr;
        for (unsigned i = 0; i < entry.depth; ++i) {
            if (read(entry.proof[i].host, entry.entry_bytes) != entry.proof[i].raw)
                return nullptr;
        }
        return entry.page;
    }

    // Only translations that set no flags, since one that does changes what it read, and only of
    // pages with host bytes, which are RAM if they are written.
    void remember(mmu::Context const& context, uint64_t linear_page, mmu::Operation operation,
                  mmu::Translation const& walked, mem::PhysicalMemory const& memory)
    {
        std::byte* const page = find_page(walked.address.page_start(), operation, memory);
        if (page == nullptr)
            return;
        Entry entry{linear_page, operation, context, page, 0, walked.trace.entry_bytes, {}};
        for (mmu::WalkStep const& step : walked.trace) {
            if (context.pdptes && is_pdpte(context, step))
                continue; // a register, compared with the others
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
        std::byte* page = nullptr;
        unsigned depth = 0;
        unsigned entry_bytes = 8;
        std::array<Proof, mmu::kMaxLevels> proof;
    };

    static std::byte* find_page(PhysAddr page, mmu::Operation operation,
                                mem::PhysicalMemory const& memory)
    {
        bool const for_write = operation == mmu::Operation::Write;
        for (mem::Region const& region : memory.regions())
            if (page >= region.base && page < region.end())
                return for_write && region.kind == mem::Region::Kind::Rom
                           ? nullptr
                           : region.host + (page - region.base);
        return nullptr;
    }

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

    static bool is_pdpte(mmu::Context const& context, mmu::WalkStep const& step)
    {
        return step.level == x86::FormatPae::kLevels &&
               mmu::paging_mode(context) == mmu::PagingMode::Pae;
    }

    // RFLAGS does not matter to implicit supervisor accesses.
    static bool same_registers(mmu::Context const& a, mmu::Context const& b)
    {
        return a.cr0 == b.cr0 && a.cr3 == b.cr3 && a.cr4 == b.cr4 && a.efer == b.efer &&
               a.pdptes == b.pdptes;
    }
    static size_t index(uint64_t linear_page, mmu::Operation operation)
    {
        return (linear_page / kPageSize * 2 + (operation == mmu::Operation::Write)) % kEntries;
    }

    static constexpr size_t kEntries = 64;
    std::array<Entry, kEntries> entries_;
};

} // namespace pagelab::cpu
