// When two runs are one.
#include "emu/mmu/page_run.hpp"

namespace pagelab::mmu {

namespace {

namespace pte = x86::pte;

constexpr uint64_t kGranted = pte::Writable::mask | pte::User::mask;

bool is_one_of(PageRun const& run, Frames frames)
{
    return run.pages == 1 || run.frames == frames;
}

} // namespace

Permissions PageRun::permissions() const
{
    return {pte::Writable::is_set(flags), pte::User::is_set(flags), !pte::NoExecute::is_set(flags)};
}

bool extend(PageRun& run, PageRun const& next, Frames frames)
{
    if (run.pages == 0) {
        run = next;
        return true;
    }
    if (next.start != run.start + run.size() || next.flags != run.flags ||
        next.page_shift != run.page_shift)
        return false;
    bool const contiguous = is_one_of(run, Frames::Contiguous) &&
                            is_one_of(next, Frames::Contiguous) &&
                            next.physical == run.physical + run.size();
    bool const same = is_one_of(run, Frames::Same) && is_one_of(next, Frames::Same) &&
                      next.physical == run.physical;
    if (!contiguous && !same && frames != Frames::Any)
        return false;
    run.frames = contiguous ? Frames::Contiguous : same ? Frames::Same : Frames::Any;
    run.pages += next.pages;
    run.in_all &= next.in_all;
    run.in_any |= next.in_any;
    return true;
}

uint64_t below(uint64_t flags, uint64_t above)
{
    return (flags & ~(kGranted | pte::NoExecute::mask)) | (flags & above & kGranted) |
           ((flags | above) & pte::NoExecute::mask);
}

unsigned rights(uint64_t flags)
{
    return static_cast<unsigned>(pte::Writable::get(flags) | pte::User::get(flags) << 1 |
                                 (pte::NoExecute::get(flags) ^ 1) << 2);
}

uint64_t flags_of(unsigned rights)
{
    return pte::Writable::make(rights & 1) | pte::User::make(rights >> 1 & 1) |
           pte::NoExecute::make((rights >> 2 & 1) ^ 1);
}

} // namespace pagelab::mmu
