// A bare engine of the library, and the layout of its state.
#pragma once

#include <doctest/doctest.h>

#include "emu/cpu/state_probe.hpp"

namespace pagelab::cpu {

inline EnginePointer open_engine()
{
    uc_engine* handle = nullptr;
    REQUIRE(uc_open(UC_ARCH_X86, UC_MODE_64, &handle) == UC_ERR_OK);
    return EnginePointer(handle);
}

inline StateLayout probed_layout()
{
    return probe_state_layout(open_engine().get()).value();
}

} // namespace pagelab::cpu
