// Remembers, in front of the library, which of its memory regions a physical page is in.
//
// Every load that a helper makes (IRET, segment loads, far transfers) asks for the region by a
// search that costs more than the load (Unicorn 2.1, accel/tcg/cputlb.c, load_helper:
// memory_mapping in struct uc_struct). The question has the same answer for as long as the map is
// the same.
#pragma once

#include "emu/cpu/unicorn_api.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

// For an engine whose memory is mapped for good, on the thread that will run it; `mapped` is an
// address in it. The library's function is known by its exported name, its place in the engine by
// its address, and the exchange is proven by a call. False: this library is another, and the engine
// goes on searching.
bool remember_regions(uc_engine* engine, PhysAddr mapped);

} // namespace pagelab::cpu
