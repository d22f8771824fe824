// The four page-directory pointers of PAE paging, which a processor keeps in registers.
//
// MOV to CR3 loads them, as does a MOV to CR0 or CR4 that changes how paging works; walks use the
// registers, so a change in memory is not seen until the next load. A load with a reserved bit in a
// present one raises #GP(0) and changes nothing. Source: Intel SDM volume 3, section 4.4.1.
#pragma once

#include <array>
#include <cstdint>

#include "emu/mem/physical_reader.hpp"
#include "guestkernel/abi/x86/pte.hpp"

namespace pagelab::mmu {

using Pdptes = std::array<uint64_t, 4>;

template<PhysicalReader Memory>
Pdptes read_pdptes(Memory const& memory, uint64_t cr3)
{
    Pdptes loaded;
    PhysAddr const table = x86::FormatPae::root(cr3);
    for (unsigned i = 0; i < loaded.size(); ++i)
        loaded[i] = memory.read_u64(table + i * x86::FormatPae::kEntryBytes);
    return loaded;
}

// Whether they may be loaded.
inline bool are_valid(Pdptes const& pdptes, x86::PagingRules const& rules)
{
    for (uint64_t const entry : pdptes)
        if (x86::pte::Present::is_set(entry) &&
            (entry & x86::FormatPae::reserved(x86::FormatPae::kLevels, entry, rules)) != 0)
            return false;
    return true;
}

// Bits of CR0 and CR4 whose change by a MOV loads the registers, if PAE paging is in use then.
inline constexpr uint64_t kCr0LoadsPdptes =
    x86::cr0::CacheDisable::mask | x86::cr0::NotWriteThrough::mask | x86::cr0::Paging::mask;
inline constexpr uint64_t kCr4LoadsPdptes =
    x86::cr4::PhysicalAddressExtension::mask | x86::cr4::PageGlobal::mask |
    x86::cr4::PageSizeExtensions::mask | x86::cr4::SupervisorExecutionPrevention::mask;

} // namespace pagelab::mmu
