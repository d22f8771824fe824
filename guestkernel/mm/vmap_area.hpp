// Kernel address space by the page: which addresses of a window are taken, which are free.
//
//   busy   red-black tree of areas by address
//   lazy   areas given back whose addresses other CPUs' TLBs may still know
//   free   red-black tree of holes by address; each node knows the largest hole below it, so that
//          the lowest hole that is large enough is found in logarithmic time
//
// Giving an area back costs no TLB flush: it waits, and when 32 MiB are waiting all are flushed at
// once and joined to their neighbours. The same happens when no hole fits.
//
// Each tree has its lock, as in Linux; none is held while another is, nor while memory is taken or
// TLBs are flushed. vmap_purge_lock alone is: who finds no hole waits for a purge that goes on,
// whose areas are in no tree meanwhile. Areas are objects of `environment`'s allocator. Addresses
// and sizes are in bytes, whole pages. Source: Linux 6.1 mm/vmalloc.c: alloc_vmap_area,
// free_vmap_area_noflush,
// __purge_vmap_area_lazy, lazy_max_pages.
#pragma once

#include <stddef.h>

#include "guestkernel/lib/result.hpp"
#include "guestkernel/lib/spinlock.hpp"
#include "guestkernel/mm/gfp.hpp"
#include "guestkernel/mm/vmap_root.hpp"

namespace pagelab::mm {

using lib::Error;
using lib::Result;

struct vmap_environment {
    void* context;
    void* (*allocate)(void* context, size_t size, gfp_t gfp); // null: no memory
    void (*free)(void* context, void* object);
    void (*flush_tlb_range)(void* context, unsigned long start, unsigned long end);
};

struct vmap_space {
    vmap_environment env;
    unsigned long start, end; // of all the addresses
    mutable lib::spinlock_t vmap_area_lock;
    vmap_area_root busy;
    lib::spinlock_t vmap_purge_lock; // one purge at a time
    mutable lib::spinlock_t purge_vmap_area_lock;
    vmap_area_root lazy;
    unsigned long vmap_lazy_nr; // pages in `lazy`
    lib::spinlock_t free_vmap_area_lock;
    vmap_area_root free;
    vmap_area* ne_fit_preload;    // for a hole that is cut in two; null: none
    unsigned long lazy_max_pages; // purge beyond that
    unsigned long nr_purges;
};

// All of [start, end) is free at first. Fails without memory for the one area that says so.
Result<> vmap_space_init(vmap_space& space, vmap_environment const& env, unsigned long start,
                         unsigned long end);

// The lowest free place of `size` bytes at a multiple of `align` in [vstart, vend), as a busy area;
// fails when there is none even after a purge, or no memory for the area.
Result<vmap_area*> alloc_vmap_area(vmap_space& space, unsigned long size, unsigned long align,
                                   unsigned long vstart, unsigned long vend, gfp_t gfp);

// The busy area around an address, or null.
vmap_area* find_vmap_area(vmap_space const& space, unsigned long address);

// Takes an area back. Its pages are no longer mapped.
void free_vmap_area(vmap_space& space, vmap_area& area);

// One TLB flush for all lazy areas, which become holes; those of other CPUs' purges are holes by
// then, too.
void purge_vmap_area_lazy(vmap_space& space);

// The first inconsistency of trees, lists, augmentation, overlap and counts; null: none.
char const* check_vmap_space(vmap_space const& space);

} // namespace pagelab::mm
