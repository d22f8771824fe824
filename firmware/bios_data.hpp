// What real-mode software expects in low memory: interrupt vectors and the BIOS data areas.
#pragma once

#include <stdint.h>

#include "firmware/memory_map.hpp"

namespace pagelab::firmware {

void write_bios_data(MemoryMap const& map, uint16_t cpu_count);

} // namespace pagelab::firmware
