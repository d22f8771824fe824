// The walk of `buddy`, done by gdb over QEMU's stub: for comparison.
#pragma once

#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::cli {

// Wall time in milliseconds of each walk of all free lists, block by block, of a fresh x86_64 guest
// of 4 GiB. Fails where gdb or QEMU is missing.
Result<std::vector<double>> time_gdb_walk(unsigned runs);

} // namespace pagelab::cli
