// Where an engine keeps its processor's state: the very bytes that translated code works on.
//
// uc_context_save and uc_context_restore copy CPUX86State, seven kilobytes, out of and into this
// place and do nothing else (Unicorn 2.1, uc.c); an exception needs a few dozen of these bytes, so
// delivery reads and writes them where they are. No call of the library tells the address.
#pragma once

#include <cstddef>

#include "emu/base/error.hpp"
#include "emu/cpu/state_layout.hpp"
#include "emu/cpu/unicorn_api.hpp"

namespace pagelab::cpu {

// The engine's general registers are left with other values. The
// offsets of `layout` count from the result, which is the engine's and lives as long.
//
// The state is searched for by markers in what the engine's private pointers lead to, and proven:
// a register written through the library changes there, one written there changes for the library,
// and all of it equals a saved context. An Error says that this library is another.
Result<std::byte*> find_live_state(uc_engine* engine, StateLayout const& layout);

} // namespace pagelab::cpu
