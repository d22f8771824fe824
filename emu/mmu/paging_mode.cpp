// Table 4-1 of the SDM as four tests.
#include "emu/mmu/paging_mode.hpp"

namespace pagelab::mmu {

PagingMode paging_mode(Context const& context)
{
    if (!x86::cr0::Paging::is_set(context.cr0))
        return PagingMode::None;
    if (!x86::cr4::PhysicalAddressExtension::is_set(context.cr4))
        return PagingMode::Bits32;
    if (!x86::efer::LongModeEnable::is_set(context.efer))
        return PagingMode::Pae;
    return x86::cr4::LinearAddress57::is_set(context.cr4) ? PagingMode::Level5 : PagingMode::Level4;
}

unsigned level_count(PagingMode mode)
{
    constexpr unsigned kLevels[] = {0, 2, 3, 4, 5};
    return kLevels[static_cast<unsigned>(mode)];
}

char const* name(PagingMode mode)
{
    constexpr char const* kNames[] = {"none", "32-bit", "PAE", "4-level", "5-level"};
    return kNames[static_cast<unsigned>(mode)];
}

} // namespace pagelab::mmu
