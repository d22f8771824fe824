// One line of text per damage.
#include "emu/guest/damage.hpp"

#include <fmt/format.h>

namespace pagelab::guest {

std::string to_string(Damage const& damage)
{
    return fmt::format("{} at {:#x}: expected {:#x}, found {:#x}", damage.what, damage.where.value,
                       damage.expected, damage.found);
}

} // namespace pagelab::guest
