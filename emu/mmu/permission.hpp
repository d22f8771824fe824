// Who may do what with a page: the access rights of SDM volume 3, section 4.6.1.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/mmu/access.hpp"
#include "emu/mmu/paging_mode.hpp"

namespace pagelab::mmu {

// Effective over all levels: writable and user if every entry says so, executable if none forbids.
struct Permissions {
    bool writable = true;
    bool user = true;
    bool executable = true;

    bool operator==(Permissions const&) const = default;
};

// Why a translation failed. Present and reserved come from the entry the walk ended at; the rest
// from the permissions of all levels.
enum class FaultReason : uint8_t {
    NonCanonical,
    NotPresent,
    ReservedBit,
    SupervisorPage, // user access to a page that is not user at every level
    ReadOnly,       // write without W at every level, by user or with CR0.WP
    NoExecute,      // fetch with NX at some level
    Smep,           // supervisor fetch from a user page with CR4.SMEP
    Smap,           // supervisor read or write of a user page with CR4.SMAP
};

// "not present", "reserved bit", ... as a report would print it.
char const* name(FaultReason reason);

// Nothing if the access is allowed. With paging on; without, everything is.
std::optional<FaultReason> denied(Context const& context, Permissions permissions, Access access);

} // namespace pagelab::mmu
