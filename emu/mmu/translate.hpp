// translate: linear address to physical address in whatever paging mode the registers select.
//
//   auto const result = translate(context, memory, address, {Operation::Write, Requester::User});
//   result->address, or result.error().error_code; either has the trace of the walk.
//
// A pure function: it writes nothing (apply the trace's updates to do what the CPU would), does
// not allocate and does not throw, so it may run inside a TLB-miss callback.
#pragma once

#include <expected>

#include "emu/mmu/walk.hpp"

namespace pagelab::mmu {

template<class Format, PhysicalReader Memory>
std::expected<Translation, Fault> walk_canonical(Context const& context, Memory const& memory,
                                                 VirtAddr address, Access access)
{
    if (!Format::is_canonical(address)) {
        x86::Vector const vector = access.segment == Segment::Stack
                                       ? x86::Vector::stack_fault
                                       : x86::Vector::general_protection;
        return std::unexpected(Fault{vector, FaultReason::NonCanonical, 0, address, WalkTrace()});
    }
    return walk<Format>(context, memory, address, access);
}

// Outside 4-level and 5-level paging linear addresses are 32 bits wide; higher bits are dropped.
template<PhysicalReader Memory>
std::expected<Translation, Fault> translate(Context const& context, Memory const& memory,
                                            VirtAddr address, Access access)
{
    VirtAddr const address32(static_cast<uint32_t>(address.value));
    switch (paging_mode(context)) {
    case PagingMode::None:
        break;
    case PagingMode::Bits32:
        return walk<x86::Format32>(context, memory, address32, access);
    case PagingMode::Pae:
        return walk<x86::FormatPae>(context, memory, address32, access);
    case PagingMode::Level4:
        return walk_canonical<x86::FormatLong<4>>(context, memory, address, access);
    case PagingMode::Level5:
        return walk_canonical<x86::FormatLong<5>>(context, memory, address, access);
    }
    return Translation{PhysAddr(address32.value), kPageShift, Permissions(), WalkTrace()};
}

} // namespace pagelab::mmu
