// Random traffic on the kernel's own memory: objects, pages, areas of vmalloc, kmap.
//
// What is held stays held between calls, so that the reports can be looked at in the midst of it.
#pragma once

#include <stdint.h>

namespace pagelab::kernel {

// What became of `steps` random operations.
struct churn_result {
    uint64_t taken = 0;
    uint64_t refused = 0; // there was no memory
    unsigned damaged = 0; // what was held had been written to, or could not be given back
};

// Takes and gives back at random; keeps what it holds for the next call.
churn_result churn(uint64_t steps, uint64_t seed);

// Gives everything back; the number of things that were damaged.
unsigned churn_release();

} // namespace pagelab::kernel
