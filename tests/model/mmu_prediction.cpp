// Sentences of the manual over all levels at once, deliberately not shaped like a walk.
#include "tests/model/mmu_prediction.hpp"

namespace pagelab::test {

using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

namespace {

bool has_nx(MmuCase const& c)
{
    return c.mode != PagingMode::Bits32;
}
bool is_reserved(MmuCase const& c, unsigned level)
{
    Flags const& entry = c.entries[level];
    if (entry.reserved != 0 || (has_nx(c) && entry.no_execute && !c.controls.nxe))
        return true;
    if (is_pointer(c.mode, level))
        return entry.writable || entry.user || entry.accessed || entry.dirty || entry.large ||
               entry.no_execute;
    return entry.large && is_long(c.mode) && level > 3;
}

// The rights of the page, judged as the sentences of section 4.6.1 stand there.
bool has_right(MmuCase const& c, mmu::Access access)
{
    auto const every = [&](auto Flags::*flag) {
        for (unsigned level = c.last_level; level <= level_count(c.mode); ++level)
            if (!is_pointer(c.mode, level) && !(c.entries[level].*flag))
                return false;
        return true;
    };
    bool no_execute = false;
    for (unsigned level = c.last_level; level <= level_count(c.mode); ++level)
        no_execute |= has_nx(c) && !is_pointer(c.mode, level) && c.entries[level].no_execute;
    bool const user_page = every(&Flags::user);
    bool const writable = every(&Flags::writable);
    bool const excused = c.controls.ac && access.requester == Requester::Supervisor;

    if (access.requester == Requester::User)
        return user_page && (access.operation != Operation::Write || writable) &&
               (access.operation != Operation::Fetch || !no_execute);
    if (access.operation == Operation::Fetch)
        return !no_execute && !(user_page && c.controls.smep);
    bool const reachable = !user_page || !c.controls.smap || excused;
    return reachable && (access.operation == Operation::Read || writable || !c.controls.wp);
}

} // namespace

bool ends_walk(MmuCase const& c, unsigned level)
{
    return !c.entries[level].present || is_reserved(c, level) || is_leaf(c, level);
}

Prediction predict(MmuCase const& c, mmu::Access access)
{
    Flags const& last = c.entries[c.last_level];
    bool const reserved = last.present && is_reserved(c, c.last_level);
    bool const fetch_told = c.controls.smep || (has_nx(c) && c.controls.nxe);
    Prediction result;
    result.allowed = last.present && !reserved && has_right(c, access);
    result.error_code = (last.present ? 1u : 0u) |
                        (access.operation == Operation::Write ? 2u : 0u) |
                        (access.requester == Requester::User ? 4u : 0u) | (reserved ? 8u : 0u) |
                        (access.operation == Operation::Fetch && fetch_told ? 16u : 0u);
    result.accessed = last.accessed || result.allowed;
    result.dirty = last.dirty || (result.allowed && access.operation == Operation::Write);
    return result;
}

} // namespace pagelab::test
