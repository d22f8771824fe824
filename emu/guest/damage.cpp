// One line of text per damage, no more than kMaxDamage of them.
#include "emu/guest/damage.hpp"

#include <fmt/format.h>

namespace pagelab::guest {

void note(std::vector<Damage>& report, Damage damage)
{
    if (report.size() < kMaxDamage)
        report.push_back(std::move(damage));
}

std::string to_string(Damage const& damage)
{
    return fmt::format("{} at {:#x}: expected {:#x}, found {:#x}", damage.what, damage.where.value,
                       damage.expected, damage.found);
}

} // namespace pagelab::guest
