// The guest's vmalloc areas, and /proc/vmallocinfo's text from them.
//
// The root is the variable kernel_vmalloc of type struct vmalloc_state: its busy areas, then those
// freed whose addresses wait for a TLB flush, each in address order as a list and as a tree. That
// the two differ, areas overlap or leave the address space is Damage.
// Source: Linux 6.1 mm/vmalloc.c (s_show, show_purge_info).
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kallsyms.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct VmapArea {
    VirtAddr address; // of its vmap_area
    VirtAddr vm;      // of its vm_struct; 0: it has none
    VirtAddr start;
    VirtAddr end; // exclusive; of a busy area, with its guard page
    bool is_lazy = false;
    VirtAddr caller; // 0: unknown
    uint64_t nr_pages = 0;
    PhysAddr physical; // of ioremap
    uint64_t flags = 0;
    VirtAddr pages; // the array of pages
};

struct VmapReport {
    VirtAddr window_start;
    VirtAddr window_end;
    std::vector<VmapArea> areas; // in the order the report has them
    std::vector<Damage> damage;
};

Result<VmapReport> read_vmap(KernelView const& view);

Result<std::string> format_vmallocinfo(KernelView const& view, VmapReport const& report,
                                       Kallsyms const& symbols);

} // namespace pagelab::guest
