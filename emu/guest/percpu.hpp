// Per-CPU variables: where each CPU's copy of what a per-CPU pointer stands for is.
//
//   address on CPU n = pointer + __per_cpu_offset[n]      all sums wrap at the guest's width
//
// A static variable's pointer is its address as linked, between __per_cpu_start and __per_cpu_end.
// Source: Linux 6.1 include/asm-generic/percpu.h, mm/percpu.c.
#pragma once

#include <optional>
#include <vector>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct PerCpu {
    VirtAddr start; // of the static variables, as linked
    VirtAddr end;
    std::vector<uint64_t> offsets; // of the CPUs that are online

    // The per-CPU pointer and the CPU whose static part has this address.
    struct Place {
        VirtAddr pointer;
        unsigned cpu;
    };
    std::optional<Place> place_of(KernelView const& view, VirtAddr address) const;
};

Result<PerCpu> read_percpu(KernelView const& view);

} // namespace pagelab::guest
