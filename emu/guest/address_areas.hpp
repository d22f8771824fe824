// The named parts of a kernel's address space: direct map, vmalloc, vmemmap, image, modules, ...
//
// From the kernel's own constants (guestkernel/arch/x86/layout.hpp, named there after Linux'
// Documentation/x86/x86_64/mm.rst) and its linker script's symbols. What a kernel does not have is
// left out. Areas may lie within one another: on i686 the image is in the direct map.
#pragma once

#include <string>
#include <vector>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct AddressArea {
    std::string name;
    VirtAddr first;
    VirtAddr last; // inclusive
};

// Larger ones first.
std::vector<AddressArea> kernel_areas(KernelView const& view);

// The smallest around the address; null if none.
AddressArea const* area_of(std::vector<AddressArea> const& areas, VirtAddr address);

} // namespace pagelab::guest
