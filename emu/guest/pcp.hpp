// The per-CPU page lists of every zone: blocks that are free, but not to the zone.
//
// Lists are walked; each block must be no buddy page and lie in its zone, and a CPU's count must be
// the pages of its lists. Source: Linux 6.1 include/linux/mmzone.h (struct per_cpu_pages).
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct CpuPages {
    std::string zone;
    unsigned cpu = 0;
    uint64_t count = 0; // pages, as the kernel counts them
    uint64_t high = 0;
    uint64_t batch = 0;
    uint64_t listed = 0; // pages, by list
};

// A block on a CPU's list; the next one out first.
struct KeptPages {
    Pfn pfn;
    unsigned cpu = 0;
    unsigned order = 0;
    unsigned type = 0; // migrate type of the list
};

struct PcpReport {
    std::vector<CpuPages> sets; // of populated zones, lowest first; in each, by CPU
    std::vector<KeptPages> blocks;
    std::vector<Damage> damage;
};

Result<PcpReport> read_pcp(KernelView const& view);

} // namespace pagelab::guest
