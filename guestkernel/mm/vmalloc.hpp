// vmalloc: pages from anywhere, mapped side by side in the vmalloc window; vmap and ioremap of
// pages that exist already.
//
//   vm_struct   what an area is for; its vmap_area (vmap_area.hpp) has the addresses, which end in
//               a guard page that is never mapped
//
// Pages come one by one, from high memory too. Unmapping flushes no TLB: see vmap_area.hpp. Zeroed
// memory is __GFP_ZERO's business. Everything is in bytes unless its name says pages. What fails
// leaves nothing behind.
//
// Source: Linux 6.1 mm/vmalloc.c, include/linux/vmalloc.h.
#pragma once

#include "guestkernel/lib/seq_file.hpp"
#include "guestkernel/mm/vmap_area.hpp"
#include "guestkernel/mm/vmap_table.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

enum vm_flags : unsigned long {
    VM_IOREMAP = 0x1,
    VM_ALLOC = 0x2,
    VM_MAP = 0x4,
    VM_USERMAP = 0x8,
    VM_NO_GUARD = 0x40,
    VM_FLUSH_RESET_PERMS = 0x100, // what is executable is flushed as soon as it is freed
    VM_MAP_PUT_PAGES = 0x200,     // a vmap that owns its pages
};

struct vm_struct {
    vm_struct* next; // not used: areas are found by address
    void* addr;
    unsigned long size; // with the guard page
    unsigned long flags;
    page** pages;
    unsigned page_order;
    unsigned nr_pages;
    PhysAddr phys_addr;
    void const* caller;
};

// What vmalloc needs from outside, beyond the address space's own.
struct vmalloc_environment {
    vmap_environment objects; // allocator of vm_structs, vmap_areas and page arrays; TLB
    pglist_data* pgdat;       // whose page frames they are
    // How many of `count` single pages there are; they are stored from the front.
    unsigned long (*alloc_pages)(void* context, gfp_t gfp, unsigned long count, page** pages);
    void (*free_pages)(void* context, page** pages, unsigned long count);
};

struct vmalloc_state {
    vmalloc_environment env;
    vmap_table table;
    vmap_space space;
    unsigned long start, end;       // the vmalloc window
    unsigned long nr_vmalloc_pages; // taken by vmalloc
};

Result<> vmalloc_init(vmalloc_state& v, vmalloc_environment const& env, vmap_table const& table,
                      unsigned long start, unsigned long end, unsigned long space_end);

// Where to place an area and how to map it.
struct vm_request {
    unsigned long size; // rounded up to whole pages; 0 is an error
    unsigned long align = kPageSize;
    unsigned long start, end;
    gfp_t gfp;
    uint64_t prot; // leaf flags of the page tables
    unsigned long vm_flags;
    void const* caller;
};

// The area's first byte. Linux' __vmalloc_node_range: pages come with `gfp`, from high memory
// unless it names a DMA zone.
Result<void*> vmalloc_range(vmalloc_state& v, vm_request const& request);

// The window's part of a request; the rest is up to the caller.
vm_request vmalloc_request(vmalloc_state const& v, unsigned long size, gfp_t gfp, uint64_t prot,
                           void const* caller);

// Unmaps, and gives back what vmalloc took. Null does nothing.
Result<> vfree(vmalloc_state& v, void const* address);

// Maps pages of the caller's in order; they stay the caller's unless VM_MAP_PUT_PAGES is given:
// then vfree gives back both the pages and the array, an object of the environment's allocator.
Result<void*> vmap(vmalloc_state& v, page** pages, unsigned count, unsigned long flags,
                   uint64_t prot, void const* caller);
Result<> vunmap(vmalloc_state& v, void const* address);

// Maps [physical, physical + size), which need not be whole pages; the result has the same offset
// in its page.
Result<void*> ioremap(vmalloc_state& v, PhysAddr physical, unsigned long size, uint64_t prot,
                      void const* caller);
Result<> iounmap(vmalloc_state& v, void const* address);

bool is_vmalloc_addr(vmalloc_state const& v, void const* address);
vm_struct* find_vm_area(vmalloc_state const& v, void const* address);

// The page mapped at an address, by the page tables; null: none.
page* vmalloc_to_page(vmalloc_state const& v, void const* address);

// Flushes and reuses all that was freed (Linux' vm_unmap_aliases).
void vm_unmap_aliases(vmalloc_state& v);

// Every area's pages are mapped in order, nothing else of the window is, guard pages are not; and
// check_vmap_space. The first damage, or null.
char const* check_vmalloc(vmalloc_state const& v);

// /proc/vmallocinfo. `symbol` names a caller: it writes into a buffer of 128 bytes and returns it.
// With `numa` the pages are counted by node, of which there is one.
struct vmallocinfo_format {
    char const* (*symbol)(char* buffer, uintptr_t address);
    bool numa;
};
void show_vmallocinfo(lib::seq_file& m, vmalloc_state const& v, vmallocinfo_format const& format);

} // namespace pagelab::mm
