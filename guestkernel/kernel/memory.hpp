// The kernel's memory: the only owner of the objects that mm/ works on, and their life at boot.
#pragma once

#include "guestkernel/kernel/boot_info.hpp"
#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::kernel {

// The three steps of boot, in this order.
mm::Result<> memory_map_init(boot_info const& info); // what is RAM, what of it is taken
mm::Result<> zones_init();                           // struct pages, zones; after paging_init
mm::Result<> page_allocator_init();                  // free lists, watermarks, /proc/iomem

// memory_environment.cpp
extern mm::environment const memory_environment;
mm::Result<> pagesets_init(); // from now on CPUs keep pages

mm::memblock& boot_memory();
mm::pglist_data& node(); // what alloc_pages takes; before page_allocator_init it is empty

// What modules see of it (include/asm/page.h, linux/mm.h); set by zones_init.
extern "C" {
extern mm::pglist_data* const node_data[1];
extern mm::page* mem_map;
extern unsigned long max_pfn, max_low_pfn; // one above the last frame of RAM, of low memory
extern void* high_memory;                  // one above low memory in the direct map
}

void show_iomem_file(lib::seq_file& m);
void show_buddyinfo_file(lib::seq_file& m);
void show_zoneinfo_file(lib::seq_file& m);
void show_meminfo_file(lib::seq_file& m);
void show_pagetypeinfo_file(lib::seq_file& m);
void show_vmstat_file(lib::seq_file& m);
void show_min_free_kbytes_file(lib::seq_file& m);
lib::Result<> write_min_free_kbytes(char const* text);
lib::Result<size_t> read_kpageflags(uint64_t offset, void* buffer, size_t size);
lib::Result<size_t> read_kpagecount(uint64_t offset, void* buffer, size_t size);

} // namespace pagelab::kernel
