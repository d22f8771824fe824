// Loops to time: the boot option bench=NAME runs one and powers off.
//
// bench_n= is the number of rounds. One line comes out, "bench NAME: n=N ticks=T", in ticks of the
// time stamp counter. Under an emulator with virtual time, measure from outside instead.
//
//   list        take a node from the middle of a list and put it at the front, 1024 nodes
//   memset      fill 64 KiB
//   stride      write one word to each of 4096 pages
//   arith       256 steps of a multiply-and-xor chain
//   exception   a breakpoint, taken and returned from
//   pagefault   a store to a page that is not present, and the return past it
//   port        a byte to port 0x80
//   block       256 blocks of two instructions
//   switch      to another thread and back
//   nx, rwx     256 word stores to a page mapped not executable, or writable and executable
//
// The memory manager's (bench_memory.cpp): a round takes and gives back once.
//
//   page0, page3, page4     alloc_pages of that order, GFP_KERNEL
//
//   kmalloc, kmem_cache     64 bytes
//   vmalloc                 64 KiB
//   kmap                    a page of GFP_HIGHUSER
//
// bench_load=K first makes K of what the cost might grow with: free single pages in page0 to page4,
// caches in kmalloc and kmem_cache, areas in vmalloc.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

// Of each loop's function, none of which is longer: code across two pages is slower under every
// emulator, and where a loop lies should not depend on the rest of the kernel.
inline constexpr size_t kLoopAlignment = 1024;

struct bench {
    char const* name;
    void (*run)(uint64_t rounds);
    lib::Result<> (*prepare)(uint64_t load) = nullptr;
};

extern bench const kMemoryBenches[];
extern unsigned const nr_memory_benches;

// sched/bench_switch.cpp
lib::Result<> prepare_switch(uint64_t load);
void switch_threads(uint64_t rounds);

lib::Result<> run_bench(char const* name, uint64_t rounds, uint64_t load);

} // namespace pagelab::kernel
