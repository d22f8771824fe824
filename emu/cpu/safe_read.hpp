// Reading memory of this process that may not be there.
#pragma once

#include <cstddef>
#include <span>

namespace pagelab::cpu {

// Copies as many bytes from `from` on as can be read, at most to.size() and 16 pages; returns how
// many. The kernel copies, so that a bad address is an answer and not a crash.
size_t read_safely(void const* from, std::span<std::byte> to);

} // namespace pagelab::cpu
