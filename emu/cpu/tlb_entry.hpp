// One entry of a processor's TLB, as it is: what an access there would use, stale or not.
#pragma once

#include <cstdint>

#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

// The library keeps entries for three kinds of access apart. With CR4.SMAP, supervisor accesses
// with AC set use Supervisor, others SupervisorSmap; without it all use Supervisor.
enum class TlbKind : uint8_t { SupervisorSmap, User, Supervisor };

// Always of 4 KiB: large pages are entered piece by piece, as they are used.
struct TlbEntry {
    TlbKind kind = TlbKind::Supervisor;
    VirtAddr page;
    PhysAddr target;
    // What it lets pass without a walk. Write only once the page is dirty; fetch, and write of
    // pages without NX, only once it has been used so.
    bool read = false, write = false, fetch = false;

    bool operator==(TlbEntry const&) const = default;
};

} // namespace pagelab::cpu
