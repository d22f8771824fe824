// The seed of a random walk: PAGELAB_SEED if it is set, else a new one.
#pragma once

#include <cstdlib>
#include <random>

namespace pagelab::mm {

inline unsigned chosen_seed()
{
    char const* const text = std::getenv("PAGELAB_SEED");
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10))
                           : std::random_device{}();
}

} // namespace pagelab::mm
