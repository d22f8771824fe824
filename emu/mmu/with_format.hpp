// with_format: a paging mode chosen at run time as the type that describes its entries.
//
//   with_format(mode, [&]<class Format>() { return Format::kLevels; })
#pragma once

#include "emu/base/check.hpp"
#include "emu/mmu/paging_mode.hpp"

namespace pagelab::mmu {

// mode: not None, which has no entries.
template<class Visit>
auto with_format(PagingMode mode, Visit visit)
{
    ENSURE(mode != PagingMode::None, "entries without paging");
    switch (mode) {
    case PagingMode::Bits32:
        return visit.template operator()<x86::Format32>();
    case PagingMode::Pae:
        return visit.template operator()<x86::FormatPae>();
    case PagingMode::Level5:
        return visit.template operator()<x86::FormatLong<5>>();
    default:
        return visit.template operator()<x86::FormatLong<4>>();
    }
}

} // namespace pagelab::mmu
