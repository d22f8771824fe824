// What an address is: every structure of the kernel that has a word in it.
//
//   virtual -> symbol, module, task stack, vmalloc area, kmap slot, per-CPU copy, struct page
//           -> page tables -> physical -> page frame -> free block, slab object, compound block
//
// The first lines are drgn's one-line identities ("slab object: kmalloc-64+0x8"), the most specific
// first. Nothing here fails: what cannot be read is not said. Source for the forms: drgn's
// identify_address().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/guest/kernel_index.hpp"
#include "emu/guest/tracks.hpp"

namespace pagelab::guest {

struct Identity {
    std::optional<VirtAddr> address;
    std::optional<PhysAddr> physical;
    std::vector<std::string> names;
    std::optional<PageInfo> page;
    std::optional<KernelIndex::KeptBlock> kept; // by a CPU
    std::optional<SlabObject> object;
    std::string red_zones; // of the object; empty: it has none
    ObjectTracks tracks;
    std::optional<PageOwner> owner;
};

// physical: of the address, if it is mapped.
Identity identify(KernelView const& view, KernelIndex const& index, VirtAddr address,
                  std::optional<PhysAddr> physical);
Identity identify(KernelView const& view, KernelIndex const& index, PhysAddr physical);

} // namespace pagelab::guest
