// PageRun: neighbouring pages that differ in nothing but where they are: a line of a page-table
// dump.
//
//   virtual   |  a  | a+1 | a+2 |        frames contiguous:  p, p+1, p+2
//                                                 same:        p, p, p    (aliases of one page)
//                                                 any:         merged whatever they are
//
// Flags are those of a 4 KiB page's entry (SDM volume 3, table 4-20), whatever the page's size:
// writable and user if every level says so, no-execute if any does, the rest the leaf's own.
#pragma once

#include <array>
#include <cstdint>

#include "emu/mmu/permission.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::mmu {

enum class Frames : uint8_t { Contiguous, Same, Any };

struct PageRun {
    VirtAddr start;
    PhysAddr physical;   // of the first page
    uint64_t pages = 0;  // 0: no run
    uint64_t flags = 0;  // W, U, PWT, PCD, PAT, G, NX
    uint64_t in_all = 0; // A and D, where every page has them
    uint64_t in_any = 0; // where some page has
    unsigned page_shift = 12;
    Frames frames = Frames::Contiguous; // of one page: Contiguous

    uint64_t size() const { return pages << page_shift; } // bytes
    Permissions permissions() const
    {
        namespace pte = x86::pte;
        return {pte::Writable::is_set(flags), pte::User::is_set(flags),
                !pte::NoExecute::is_set(flags)};
    }
    bool operator==(PageRun const&) const = default;
};

// Makes `run` longer by `next` if that goes on where it ends, and as it does; then true. An empty
// run becomes `next`. Any: frames need not fit together.
inline bool extend(PageRun& run, PageRun const& next, Frames frames = Frames::Contiguous)
{
    if (run.pages == 0) {
        run = next;
        return true;
    }
    if (next.start != run.start + run.size() || next.flags != run.flags ||
        next.page_shift != run.page_shift)
        return false;
    auto const is_one_of = [](PageRun const& pages, Frames kind) {
        return pages.pages == 1 || pages.frames == kind;
    };
    bool const contiguous = next.physical == run.physical + run.size() &&
                            is_one_of(run, Frames::Contiguous) &&
                            is_one_of(next, Frames::Contiguous);
    bool const same = next.physical == run.physical && is_one_of(run, Frames::Same) &&
                      is_one_of(next, Frames::Same);
    if (!contiguous && !same && frames != Frames::Any)
        return false;
    run.frames = contiguous ? Frames::Contiguous : same ? Frames::Same : Frames::Any;
    run.pages += next.pages;
    run.in_all &= next.in_all;
    run.in_any |= next.in_any;
    return true;
}

// The flags of an entry, or of a run, below one with the flags `above`.
constexpr uint64_t below(uint64_t flags, uint64_t above)
{
    constexpr uint64_t kGranted = x86::pte::Writable::mask | x86::pte::User::mask;
    constexpr uint64_t kDenied = x86::pte::NoExecute::mask;
    return (flags & ~(kGranted | kDenied)) | (flags & above & kGranted) |
           ((flags | above) & kDenied);
}

// What is permitted, as a number: of it W is bit 0, U bit 1, X bit 2.
inline constexpr unsigned kRights = 8;
constexpr unsigned rights(uint64_t flags)
{
    namespace pte = x86::pte;
    return static_cast<unsigned>(pte::Writable::get(flags) | pte::User::get(flags) << 1 |
                                 (pte::NoExecute::get(flags) ^ 1) << 2);
}
constexpr uint64_t flags_of(unsigned rights)
{
    namespace pte = x86::pte;
    return pte::Writable::make(rights & 1) | pte::User::make(rights >> 1 & 1) |
           pte::NoExecute::make((rights >> 2 & 1) ^ 1);
}

} // namespace pagelab::mmu
