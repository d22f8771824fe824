// What a TLB may remember of a translation: the accesses that need no further walk.
//
// Writes only once the leaf is dirty, so that the first write walks again and sets the flag (SDM
// volume 3, section 4.10.2.2 lets a processor cache nothing it would have to take back).
#pragma once

#include "emu/mmu/fault.hpp"

namespace pagelab::mmu {

struct TlbRights {
    bool read = false;
    bool write = false;
    bool fetch = false;

    bool operator==(TlbRights const&) const = default;
};

// For accesses by `requester`; valid until CR0, CR3, CR4, EFER or RFLAGS.AC change.
inline TlbRights tlb_rights(Context const& context, Translation const& translation,
                            Requester requester)
{
    if (translation.trace.empty()) // no paging: CR4 restricts nothing
        return {true, true, true};
    auto const allows = [&](Operation operation) {
        return !denied(context, translation.permissions, {operation, requester, Segment::Data});
    };
    return {allows(Operation::Read), translation.dirty() && allows(Operation::Write),
            allows(Operation::Fetch)};
}

} // namespace pagelab::mmu
