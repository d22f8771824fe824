// How much RAM the machine has and where: asked of fw_cfg, else of the CMOS.
#pragma once

#include "firmware/fw_cfg.hpp"
#include "firmware/memory_map.hpp"

namespace pagelab::firmware {

// The map to report, from fw_cfg's "etc/e820" or, without that file, from the CMOS sizes.
MemoryMap find_memory(FwCfg const& fw_cfg);

} // namespace pagelab::firmware
