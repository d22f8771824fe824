// An image of any bytes through plan_boot: it gives a sound plan or one clear line.
#pragma once

#include <cstddef>
#include <span>

#include "emu/load/boot_plan.hpp"

namespace pagelab::test {

// Plans the image's boot on a machine of 1.25 MiB, bare and then with a command line and modules.
// A plan that is not sound and a message that is not for a user are failed ENSUREs.
void check_any_image(std::span<std::byte const> image);

// The target's seeds boot by this protocol, or mutating them would test little.
void check_seeds(load::Protocol protocol);

} // namespace pagelab::test
