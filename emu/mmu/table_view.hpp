// TableView<Format>: one table read whole, and what each of its entries is.
#pragma once

#include <array>
#include <cstring>

#include "emu/mem/physical_reader.hpp"
#include "emu/mmu/page_run.hpp"

namespace pagelab::mmu {

enum class EntryKind : uint8_t { Nothing, Reserved, Page, Table };

template<class Format>
struct TableView {
    std::array<std::byte, kPageSize> bytes;
    unsigned entries = 0;

    template<PhysicalReader Memory>
    static TableView load(Context const& context, Memory const& memory, unsigned level,
                          PhysAddr address)
    {
        TableView table;
        table.entries = kPageSize / Format::kEntryBytes;
        if constexpr (std::is_same_v<Format, x86::FormatPae>)
            if (level == Format::kLevels) {
                table.entries = 4;
                if (context.pdptes) {
                    std::memcpy(table.bytes.data(), context.pdptes->data(), sizeof(Pdptes));
                    return table;
                }
            }
        memory.read(address, std::span(table.bytes).first(table.entries * Format::kEntryBytes));
        return table;
    }

    uint64_t operator[](unsigned index) const
    {
        uint64_t raw = 0;
        std::memcpy(&raw, bytes.data() + index * Format::kEntryBytes, Format::kEntryBytes);
        return raw;
    }

    static EntryKind kind(unsigned level, uint64_t raw, x86::PagingRules const& rules)
    {
        if (!x86::pte::Present::is_set(raw))
            return EntryKind::Nothing;
        if ((raw & Format::reserved(level, raw, rules)) != 0)
            return EntryKind::Reserved;
        return Format::is_page(level, raw, rules) ? EntryKind::Page : EntryKind::Table;
    }

    // The page of an entry, at the address `start`.
    static PageRun page(unsigned level, uint64_t start, uint64_t raw)
    {
        namespace pte = x86::pte;
        constexpr uint64_t kKept = pte::Writable::mask | pte::User::mask | pte::WriteThrough::mask |
                                   pte::CacheDisable::mask | pte::Global::mask |
                                   pte::NoExecute::mask;
        bool const pat = (raw & pte::pat_mask(level)) != 0;
        uint64_t const used = raw & (pte::Accessed::mask | pte::Dirty::mask);
        return {VirtAddr(start),
                Format::page(level, raw),
                1,
                (raw & kKept) | (pat ? pte::pat_mask(1) : 0),
                used,
                used,
                Format::page_shift(level),
                Frames::Contiguous};
    }

    // What an entry that leads to a table permits below it.
    static uint64_t flags_above(unsigned level, uint64_t raw)
    {
        return Format::has_rights(level) ? raw : flags_of(kRights - 1);
    }

    // Bytes from the start of what the table maps to what this entry does.
    static uint64_t offset(unsigned level, unsigned index)
    {
        return uint64_t{index} << Format::page_shift(level);
    }

    // The highest translated bit goes on to the left (SDM volume 1, section 3.3.7.1).
    static uint64_t canonical(uint64_t address)
    {
        if constexpr (Format::kLevels < 4)
            return address;
        else {
            unsigned const unused = 64 - 9 - Format::page_shift(Format::kLevels);
            return static_cast<uint64_t>(static_cast<int64_t>(address << unused) >> unused);
        }
    }
};

} // namespace pagelab::mmu
