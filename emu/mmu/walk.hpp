// walk<Format>: one walk for every format of paging-structure entries.
//
//   CR3 -> root table -> entry -> table -> entry -> ... -> leaf -> page + offset
//            level n       |                level 1, or a large page above
//                          not present, or a reserved bit set: the walk faults here
//
// Rights are gathered on the way down and judged once, at the leaf. An entry that leads further
// is used, so it becomes accessed even if a lower level then faults; a leaf becomes accessed, and
// dirty if written, only if the access is allowed (SDM volume 3, section 4.8: the first is allowed
// and what CPUs and Unicorn do, the second is required for the dirty flag).
//
// PAE: a processor has the four PDPTEs in registers (pdptes.hpp), and walks from there. Where the
// context has none they are read from memory, as AMD allows, and their reserved bits are a page
// fault; those of loaded ones can only be there after a task switch, which does not check them.
#pragma once

#include <concepts>
#include <expected>

#include "emu/mem/physical_reader.hpp"
#include "emu/mmu/fault.hpp"

namespace pagelab::mmu {

template<class Format, PhysicalReader Memory>
uint64_t read_entry(Memory const& memory, PhysAddr entry)
{
    if constexpr (Format::kEntryBytes == 4)
        return memory.read_u32(entry);
    else
        return memory.read_u64(entry);
}

// The entry of a level's table; a loaded PDPTE, where it would be one of these.
template<class Format, PhysicalReader Memory>
uint64_t read_entry(Context const& context, Memory const& memory, PhysAddr table, unsigned level,
                    unsigned index)
{
    if constexpr (std::same_as<Format, x86::FormatPae>)
        if (level == Format::kLevels && context.pdptes)
            return (*context.pdptes)[index];
    return read_entry<Format>(memory, table + index * Format::kEntryBytes);
}

inline std::unexpected<Fault> page_fault(Context const& context, VirtAddr address, Access access,
                                         FaultReason reason, WalkTrace const& trace)
{
    return std::unexpected(Fault{x86::Vector::page_fault, reason,
                                 page_fault_error_code(context, access, reason), address, trace});
}

template<class Format, PhysicalReader Memory>
std::expected<Translation, Fault> walk(Context const& context, Memory const& memory,
                                       VirtAddr address, Access access)
{
    namespace pte = x86::pte;
    x86::PagingRules const rules = context.rules();
    WalkTrace trace(Format::kEntryBytes);
    uint64_t all = ~uint64_t{0}; // bits set in every entry so far
    uint64_t any = 0;            // bits set in some entry
    PhysAddr table = Format::root(context.cr3);
    for (unsigned level = Format::kLevels;; --level) {
        unsigned const index = Format::index(level, address);
        uint64_t const raw = read_entry<Format>(context, memory, table, level, index);
        trace.push(table + index * Format::kEntryBytes, raw, level);
        if (!pte::Present::is_set(raw))
            return page_fault(context, address, access, FaultReason::NotPresent, trace);
        if ((raw & Format::reserved(level, raw, rules)) != 0)
            return page_fault(context, address, access, FaultReason::ReservedBit, trace);
        if (Format::has_rights(level)) {
            all &= raw;
            any |= raw;
        }
        if (Format::is_page(level, raw, rules))
            break;
        if (Format::has_rights(level))
            trace.last().updated |= pte::Accessed::mask;
        table = Format::table(raw);
    }
    Permissions const permissions{pte::Writable::is_set(all), pte::User::is_set(all),
                                  !pte::NoExecute::is_set(any)};
    if (auto const reason = denied(context, permissions, access))
        return page_fault(context, address, access, *reason, trace);

    WalkStep& leaf = trace.last();
    leaf.updated |= pte::Accessed::mask |
                    (access.operation == Operation::Write ? pte::Dirty::mask : uint64_t{0});
    unsigned const shift = Format::page_shift(leaf.level);
    uint64_t const offset = address.value & ((uint64_t{1} << shift) - 1);
    return Translation{Format::page(leaf.level, leaf.raw) + offset, shift, permissions, trace};
}

} // namespace pagelab::mmu
