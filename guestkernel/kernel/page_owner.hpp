// Who took each page: kept when booted with page_owner=on, read as /sys/kernel/debug/page_owner.
#pragma once

#include "guestkernel/lib/result.hpp"
#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::kernel {

// After the struct pages and before the first page is taken: the records come from memblock.
lib::Result<> page_owner_init(char const* command_line);

bool has_page_owner_file();
void show_page_owner_file(lib::seq_file& m);

} // namespace pagelab::kernel
