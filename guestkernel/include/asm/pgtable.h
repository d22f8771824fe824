// The windows of the kernel's address space. Source: Linux 6.1
// arch/x86/include/asm/pgtable_64_types.h, pgtable_32_areas.h, fixmap.h; guestkernel/arch/x86/
// layout.hpp has the same.
#pragma once

#include <asm/page.h>

#ifdef __x86_64__
#define PGDIR_SHIFT 39
#define P4D_SHIFT 39
#define PUD_SHIFT 30
#define PTRS_PER_PGD 512
#define PTRS_PER_PUD 512
#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_END 0xffffe8ffffffffffUL
#define MODULES_VADDR 0xffffffffc0000000UL
#define MODULES_END 0xffffffffff000000UL
#define MODULES_LEN (MODULES_END - MODULES_VADDR)
#else
#define PGDIR_SHIFT 30
#define PTRS_PER_PGD 4
#define VMALLOC_OFFSET (8 * 1024 * 1024)
#define VMALLOC_START ((unsigned long)high_memory + VMALLOC_OFFSET)
#define LAST_PKMAP 512
#define PKMAP_BASE 0xff000000UL
#define VMALLOC_END (PKMAP_BASE - 2 * PAGE_SIZE)
#define FIXADDR_TOP 0xfffff000UL
#define PKMAP_ADDR(nr) (PKMAP_BASE + ((nr) << PAGE_SHIFT))
#define PKMAP_NR(address) (((address)-PKMAP_BASE) >> PAGE_SHIFT)
#define MODULES_VADDR VMALLOC_START
#define MODULES_END VMALLOC_END
#define MAXMEM (896UL << 20)
#endif
#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PTRS_PER_PMD 512
#define PTRS_PER_PTE 512
#define VMALLOC_TOTAL (VMALLOC_END - VMALLOC_START)

__BEGIN_DECLS
extern void* high_memory;
__END_DECLS
