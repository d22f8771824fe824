// vmalloc and its family as Linux names them, on the kernel's one vmalloc_state.
//
// What fails returns null after a line in the log; freeing what is not there is reported in Linux'
// words and does nothing. `caller` in /proc/vmallocinfo is whoever called these.
//
// Source: Linux 6.1 mm/vmalloc.c (__vunmap), arch/x86/mm/ioremap.c (iounmap).
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/vmalloc.hpp"

namespace pagelab::kernel {

// After kernel_tables_init().
lib::Result<> vmalloc_start();

void* vmalloc(unsigned long size);
void* vzalloc(unsigned long size);
void* vmalloc_user(unsigned long size); // zeroed, may be shown to user mode
void* __vmalloc(unsigned long size, mm::gfp_t gfp);
// `caller`: whom /proc/vmallocinfo names; `flags`: of the vm_struct.
void* vmalloc_caller(unsigned long size, mm::gfp_t gfp, unsigned long flags, void const* caller);
void vfree(void const* address);

// Memory within reach of the kernel's text, for modules; writable until set_memory_rights().
void* module_alloc(unsigned long size);

enum class page_rights { read_only, read_write, read_execute };
void* vmap(mm::page** pages, unsigned count, unsigned long flags, page_rights rights);
void vunmap(void const* address);

void* ioremap(PhysAddr physical, unsigned long size); // uncached
void iounmap(void const* address);

bool is_vmalloc_addr(void const* address);
mm::vm_struct* find_vm_area(void const* address);
mm::page* vmalloc_to_page(void const* address);
Pfn vmalloc_to_pfn(void const* address); // of a mapped address

// What /proc/meminfo tells, in bytes.
unsigned long vmalloc_total();
unsigned long vmalloc_used();

mm::vmalloc_state& vmalloc_memory();
void show_vmallocinfo_file(lib::seq_file& m);

} // namespace pagelab::kernel
