// The guest's zones, as struct zone has them.
//
// The root is the variable contig_page_data of type struct pglist_data, as in Linux without NUMA.
// Source: Linux 6.1 include/linux/mmzone.h; all counts are pages, as there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct Zone {
    VirtAddr address; // of the struct zone
    std::string name;
    Pfn start;
    uint64_t spanned = 0;
    uint64_t present = 0;
    uint64_t managed = 0;
    uint64_t nr_free_pages = 0;      // vm_stat[NR_FREE_PAGES]
    std::vector<uint64_t> watermark; // min, low, high
    std::vector<uint64_t> lowmem_reserve;
    std::optional<Damage>
        damage; // it says that it is behind the end of RAM: start, spanned are cut

    Pfn end() const { return start + spanned; }
    bool holds(Pfn pfn) const { return pfn >= start && pfn.value - start.value < spanned; }
};

// The struct pglist_data.
Result<VirtAddr> node_address(KernelView const& view);

// Every zone that has a name, empty ones included, lowest first.
Result<std::vector<Zone>> read_zones(KernelView const& view);

} // namespace pagelab::guest
