// KernelIndex: all that is needed to say what an address is, read once.
//
// identify() answers from these tables and a few reads of the page's own struct, so that an answer
// takes microseconds. Valid while the guest stands still; the view must outlive it.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "emu/guest/direct_map.hpp"
#include "emu/guest/kallsyms.hpp"
#include "emu/guest/kmaps.hpp"
#include "emu/guest/modules.hpp"
#include "emu/guest/page_info.hpp"
#include "emu/guest/percpu.hpp"
#include "emu/guest/slab_map.hpp"
#include "emu/guest/tasks.hpp"
#include "emu/guest/vmap.hpp"

namespace pagelab::guest {

struct KernelIndex {
    explicit KernelIndex(PageMap array) : pages(std::move(array)) {}

    PageMap pages;
    std::vector<Zone> zones;
    DirectMap direct;
    SlabMap slabs;
    VmapReport vmap;
    ModuleReport modules;
    TaskReport tasks;
    KmapReport kmaps;
    PerCpu percpu;
    Kallsyms symbols; // of the kernel's text; empty if the guest has none

    // Of a slab's every page: its cache and slab, by number.
    struct SlabNumber {
        uint32_t cache;
        uint32_t slab;
    };
    std::unordered_map<uint64_t, SlabNumber> slab_pages;
    // Where vmalloc mapped a page.
    std::unordered_map<uint64_t, std::vector<VirtAddr>> mapped;
    // Blocks that CPUs keep for themselves.
    struct KeptBlock {
        unsigned cpu;
        unsigned order;
    };
    std::unordered_map<uint64_t, KeptBlock> kept;
    // Named ranges of the image, by address.
    struct Named {
        VirtAddr address;
        std::string name;
    };
    std::vector<Named> data;
    VirtAddr image_start; // [_text, _end)
    VirtAddr image_end;

    // Parts that cannot be read stay empty; fails only without the struct page array.
    static Result<KernelIndex> build(KernelView const& view);

    // The slab object at an address of the direct map; nothing: there is none.
    std::optional<SlabObject> object_at(VirtAddr address) const;
    // "kernel_vmalloc+0x10", "vmalloc+0x12/0x40", "f+0x1/0x2 [module]"; nothing: no symbol.
    std::optional<std::string> symbol_at(VirtAddr address) const;
};

} // namespace pagelab::guest
