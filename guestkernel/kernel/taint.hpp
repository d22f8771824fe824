// What has happened that makes the kernel's later reports doubtful: Linux' taint flags.
//
// Source: Linux 6.1 include/linux/panic.h (numbers), kernel/panic.c (letters).
#pragma once

#include "guestkernel/mm/slab/slab_env.hpp"

namespace pagelab::kernel {

// After the first of those that make it pointless, Linux stops looking for wrong locking, and
// says so.
void add_taint(mm::taint_flag flag);
bool test_taint(mm::taint_flag flag);
char taint_letter(mm::taint_flag flag);

// "Not tainted", or "Tainted: " and a letter or a space for each flag. Valid until the next call.
char const* print_tainted();

} // namespace pagelab::kernel
