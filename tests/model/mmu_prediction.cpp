// Sentences of the manual over all levels at once, deliberately not shaped like a walk.
#include "tests/model/mmu_prediction.hpp"

#include <algorithm>
#include <span>

namespace pagelab::test {

using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

namespace {

bool has_nx(MmuCase const& c)
{
    return c.mode != PagingMode::Bits32;
}
bool is_pointer(MmuCase const& c, unsigned level)
{
    return c.mode == PagingMode::Pae && level == 3; // a PAE PDPTE: no rights, no accessed flag
}

bool is_reserved(MmuCase const& c, unsigned level)
{
    bool const nx = has_nx(c) && !is_pointer(c, level) && c.entries[level].no_execute;
    return c.entries[level].reserved != 0 || (nx && !c.controls.nxe);
}

// The rights of the page, judged as the sentences of section 4.6.1 stand there.
bool has_right(MmuCase const& c, mmu::Access access)
{
    auto const every = [&](auto Flags::*flag) {
        for (unsigned level = c.leaf_level; level <= level_count(c.mode); ++level)
            if (!is_pointer(c, level) && !(c.entries[level].*flag))
                return false;
        return true;
    };
    bool no_execute = false;
    for (unsigned level = c.leaf_level; level <= level_count(c.mode); ++level)
        no_execute |= has_nx(c) && !is_pointer(c, level) && c.entries[level].no_execute;
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

Prediction predict(MmuCase const& c, mmu::Access access)
{
    Prediction result;
    unsigned level = level_count(c.mode);
    while (level > c.leaf_level && c.entries[level].present && !is_reserved(c, level))
        --level;
    result.last_level = level;
    bool const present = c.entries[level].present;
    bool const reserved = present && is_reserved(c, level);
    result.allowed = present && !reserved && has_right(c, access);

    bool const fetch_told = c.controls.smep || (has_nx(c) && c.controls.nxe);
    result.error_code = (present ? 1u : 0u) | (access.operation == Operation::Write ? 2u : 0u) |
                        (access.requester == Requester::User ? 4u : 0u) | (reserved ? 8u : 0u) |
                        (access.operation == Operation::Fetch && fetch_told ? 16u : 0u);
    for (unsigned above = level_count(c.mode); above > level; --above)
        result.accessed[above] = !is_pointer(c, above);
    result.accessed[level] = present && (result.allowed || c.entries[level].accessed);
    result.dirty =
        c.entries[level].dirty || (result.allowed && access.operation == Operation::Write);
    return result;
}

} // namespace pagelab::test
