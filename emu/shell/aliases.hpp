// Every virtual address that shows a byte of physical memory, by the selected processor's tables.
#pragma once

#include <vector>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// Ascending. The tables are read once for each generation of the target, so that an answer takes
// microseconds. Fails when interrupted.
Result<std::vector<VirtAddr>> aliases_of(Session& session, PhysAddr physical);

} // namespace pagelab::shell
