// Damage: a broken guest structure, as data: what is wrong, where, what should be there and is not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guestkernel/abi/address.hpp"

namespace pagelab::guest {

struct Damage {
    std::string what; // lower case, no full stop: "prev does not point back"
    VirtAddr where;   // of the object or field
    uint64_t expected = 0;
    uint64_t found = 0;

    bool operator==(Damage const&) const = default;
};

// A report's damage: the first kMaxDamage of it, since a broken kernel can have any amount.
inline constexpr size_t kMaxDamage = 64;
void note(std::vector<Damage>& report, Damage damage);

// "prev does not point back at 0xc0801234: expected 0xc0801200, found 0x0"
std::string to_string(Damage const& damage);

} // namespace pagelab::guest
