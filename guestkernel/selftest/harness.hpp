// Self-tests of the memory manager: the same cases run in the guest, where they print KTAP, and on
// the host, where doctest runs them under sanitizers.
//
//   void allocates(context& t) { EXPECT(t, mm::alloc_pages(t.on.node, mm::GFP_KERNEL, 0)); }
//   constexpr test kTests[] = {{"allocates", allocates}};
//
// A test works on the subject it is given and leaves it as it found it: what it takes, it gives
// back. It owns `scratch` while it runs and has no other memory. The first EXPECT that does not
// hold ends the function it is in, and is what the report shows. The same seed makes the same run.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/random.hpp"
#include "guestkernel/mm/percpu.hpp"
#include "guestkernel/mm/slab/slab.hpp"
#include "guestkernel/mm/vmalloc.hpp"
#include "guestkernel/mm/zone.hpp"

namespace pagelab::selftest {

// Short views of pages that have no permanent mapping.
struct highmem_functions {
    void* (*kmap)(mm::page& p); // null: no slot is free
    void (*kunmap)(mm::page& p);
    void* (*kmap_local_page)(mm::page& p);
    void (*kunmap_local)(void const* address);
    char const* (*check)(); // null: sound
};

// Several CPUs, of which one runs the tests.
struct smp_functions {
    unsigned (*num_online_cpus)();
    unsigned (*this_cpu)();
    // Calls with interrupts off, on the other CPU; returns when the function has, if it waits.
    void (*call)(unsigned cpu, void (*function)(void* info), void* info);
    void (*call_without_waiting)(unsigned cpu, void (*function)(void* info), void* info);
    void (*call_all)(void (*function)(void* info), void* info);
    void (*flush_tlb)(unsigned long start, unsigned long end); // of all CPUs
    // function(info, cpu) in a thread on each CPU, all at once; false: no memory for the threads.
    bool (*run_everywhere)(void (*function)(void* info, unsigned cpu), void* info);
};

// Whether what vmalloc maps can be written to: on the host its addresses are but numbers.
enum class reach { kTables, kMemory };

// What is tested: all of it is the owner's. Null: not there, and its suites are skipped.
struct subject {
    mm::pglist_data& node;
    mm::slab_caches* slabs = nullptr;
    mm::vmalloc_state* vmalloc = nullptr;
    uint64_t vmalloc_prot = 0; // flags of its page table entries
    reach vmalloc_reach = reach::kTables;
    highmem_functions const* highmem = nullptr;
    mm::pcpu_state* percpu = nullptr;
    smp_functions const* smp = nullptr;
};

struct failure {
    char const* what = nullptr; // the condition that does not hold; null: none
    char const* file = nullptr;
    unsigned line = 0;
    uint64_t step = 0; // of a test that works in steps
};

struct context {
    subject& on;
    lib::rng random;
    uint64_t steps;       // how long a random walk is
    uint64_t check_every; // steps between two checks of all invariants
    char* scratch;        // aligned for any type
    size_t scratch_size;  // bytes

    uint64_t step = 0;
    failure failed = {};
    char const* skipped = nullptr; // why, if it makes no sense on this subject

    // Keeps the first failure.
    void fail(char const* what, char const* file, unsigned line);

    // `count` objects of zeroed scratch memory, or null if there is not so much.
    template<class T>
    T* take_scratch(size_t count)
    {
        return static_cast<T*>(take_bytes(count * sizeof(T), alignof(T)));
    }
    void* take_bytes(size_t size, size_t alignment);
};

struct test {
    char const* name;
    void (*run)(context& t);
};

struct suite {
    char const* name;
    test const* tests;
    unsigned nr_tests;
};

template<size_t kCount>
constexpr suite make_suite(char const* name, test const (&tests)[kCount])
{
    return {name, tests, static_cast<unsigned>(kCount)};
}

// All there are: suites.cpp.
extern suite const* const kSuites[];
extern unsigned const nr_suites;

struct run_options {
    uint64_t seed = 1;
    uint64_t steps = 10'000;
    uint64_t check_every = 1'000;
    char* scratch = nullptr;
    size_t scratch_size = 0;
    suite const* own = nullptr; // of the kernel that runs this: one more, after all others
};

// Runs one test on a fresh context.
context run_test(test const& chosen, subject& on, run_options const& options);

} // namespace pagelab::selftest

#define EXPECT(t, condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (t).fail(#condition, __FILE__, __LINE__);                                              \
            return;                                                                                \
        }                                                                                          \
    } while (false)

// Of what a check() returned: its .what is null.
#define EXPECT_SOUND(t, checked)                                                                   \
    do {                                                                                           \
        if (auto const checked_damage = (checked)) {                                               \
            (t).fail(checked_damage.what, __FILE__, __LINE__);                                     \
            return;                                                                                \
        }                                                                                          \
    } while (false)

// Of a check() that returns words: null.
#define EXPECT_NULL_DAMAGE(t, checked)                                                             \
    do {                                                                                           \
        if (char const* const checked_damage = (checked)) {                                        \
            (t).fail(checked_damage, __FILE__, __LINE__);                                          \
            return;                                                                                \
        }                                                                                          \
    } while (false)

// After a call that may have failed an EXPECT of its own.
#define RETURN_IF_FAILED(t)                                                                        \
    do {                                                                                           \
        if ((t).failed.what != nullptr)                                                            \
            return;                                                                                \
    } while (false)
