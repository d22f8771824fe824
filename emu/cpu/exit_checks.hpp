// Rids translated code of the check for a stop request that follows every load and store.
//
// Unicorn calls a helper after each, in case a memory callback asked to stop: half of what a store
// costs. Our callbacks ask at the start of a block, where there is a check of its own. The library
// can leave the others out, and does for ARM's IT blocks: `no_exit_request` in struct uc_struct of
// its include/uc_priv.h; but it has no call for that.
#pragma once

#include "emu/cpu/unicorn_api.hpp"

namespace pagelab::cpu {

// For an engine in 64-bit mode with nothing mapped and nothing run; it is left so, but for its
// registers. The field is found by its neighbours and proven by running code. False: this library
// is another, and the engine keeps its checks.
bool omit_exit_checks(uc_engine* engine);

} // namespace pagelab::cpu
