// The library's private structure of an engine, as bytes to search.
#pragma once

#include <cstddef>
#include <span>

#include <malloc.h>

#include "emu/cpu/unicorn_api.hpp"

namespace pagelab::cpu {

// All of the allocation, which may be longer than the structure (struct uc_struct, Unicorn's
// include/uc_priv.h, from calloc).
inline std::span<std::byte> private_bytes(uc_engine* engine)
{
    return {reinterpret_cast<std::byte*>(engine), malloc_usable_size(engine)};
}

} // namespace pagelab::cpu
