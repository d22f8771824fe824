// Changing what may be done with pages of the kernel that are mapped already.
//
// Source: Linux 6.1 arch/x86/mm/pat/set_memory.c (set_memory_ro, set_memory_x ...).
#pragma once

#include "guestkernel/kernel/vmalloc.hpp"

namespace pagelab::kernel {

// Of whole pages, `size` in bytes; on all CPUs from here on.
void set_memory_rights(void const* start, unsigned long size, page_rights rights);

} // namespace pagelab::kernel
