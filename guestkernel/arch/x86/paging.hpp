// The kernel's own address space: image, direct map, struct page array; and the CPU's protections.
//
//   text     read, execute       rodata   read           data, bss, direct map   read, write
//
// Nothing is writable and executable through one mapping, and only text is executable; unless NX is
// disabled, when all can be executed.
#pragma once

#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/mm/page.hpp"

namespace pagelab::arch {

// Whether data pages are marked no-execute, and EFER.NXE is set.
enum class nx_protection { active, disabled };

// Global pages, and SMEP and SMAP where CPUID offers them. First of all, before any other code: a
// binary translator keeps code for each setting of SMAP apart.
void enable_protections();

// Switch from boot.S's tables to the final ones, with NX unless it is disabled. `memory` knows the
// RAM and has the image reserved. Afterwards all memory up to kDirectMapMax can be allocated and
// touched.
mm::Result<> paging_init(mm::memblock& memory, nx_protection nx);

// The struct page array, allocated and mapped but not written; the page of pfn 0.
mm::Result<mm::page*> mem_map_init(mm::memblock& memory);

MappedPages direct_map_pages();

} // namespace pagelab::arch
