// What the kernel says of memory while it boots, in Linux' words.
//
// Sources of the texts: Linux 6.1 arch/x86/kernel/e820.c (e820__print_table), mm/page_alloc.c
// (free_area_init, mem_init_print_info).
#pragma once

#include "guestkernel/abi/boot/e820.hpp"
#include "guestkernel/mm/e820.hpp"
#include "guestkernel/mm/mm_init.hpp"

namespace pagelab::kernel {

void report_firmware_map(E820Entry const* map, unsigned count);
void report_zone_ranges(mm::free_area_config const& config, mm::memblock const& memory);
void report_available_memory(mm::pglist_data const& node);

// Build the tree that /proc/iomem shows: the memory map, and the image in it.
mm::Result<> iomem_init(mm::e820_table const& table);

} // namespace pagelab::kernel
