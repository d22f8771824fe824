// The kernel's memory as the ELF core file /proc/kcore.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

lib::Result<size_t> read_kcore_file(uint64_t offset, void* buffer, size_t size);

} // namespace pagelab::kernel
