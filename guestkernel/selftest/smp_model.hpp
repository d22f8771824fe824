// What the suites of several CPUs share: what each CPU has seen, and pages that change under them.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

inline constexpr unsigned kMaxCpus = 64;
inline constexpr uint32_t kOld = 0x6f6c'6421, kNew = 0x6e65'7721; // in the pages' first words

bool has_cpus(context& t); // else the test is skipped

// What the calls find: a count, and a word to look at, of each CPU.
struct records {
    smp_functions const* smp;
    uint32_t const volatile* word;
    unsigned count[kMaxCpus];
    uint32_t seen[kMaxCpus];
};

// A page mapped by vmalloc, and one to take its place.
struct mapped_page {
    mm::page* old_page;
    mm::page* new_page;
    uint32_t* area;
};

inline unsigned long address_of(mapped_page const& m)
{
    return reinterpret_cast<unsigned long>(m.area);
}

void map_old_page(context& t, mapped_page& m);
// The table's entry leads to `p`; no TLB is flushed.
void replace_unflushed(context& t, mapped_page const& m, mm::page& p);
void unmap(context& t, mapped_page const& m);

} // namespace pagelab::selftest
