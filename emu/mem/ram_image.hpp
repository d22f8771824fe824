// What was in the machine's RAM at a moment: pages, shared between images where they are equal.
//
// An image costs sixteen bytes a page of RAM, and 4 KiB for each page that differs from the image
// it was taken after. Pages of zeros cost nothing more. Images never change, and any may be
// dropped. ROM is not in them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/mem/physical_memory.hpp"

namespace pagelab::mem {

using RamPage = std::array<std::byte, kPageSize>;

class RamImage {
  public:
    // Of all RAM as it is now. before: an image of the same machine that most pages are as in, or
    // null.
    static RamImage take(PhysicalMemory const& memory, RamImage const* before);

    // Writes the pages that differ back, and calls changed(page) for each. An Error, and nothing
    // done, if the RAM has another size.
    Result<> put(PhysicalMemory& memory, std::function<void(PhysAddr page)> const& changed) const;

    bool operator==(RamImage const& other) const; // the same bytes
    uint64_t pages() const { return pages_.size(); }
    uint64_t zero_pages() const;
    // Pages that `other` does not have at the same place: what this one costs beside it.
    uint64_t pages_beside(RamImage const& other) const;

  private:
    std::vector<std::shared_ptr<RamPage const>> pages_; // of all regions of RAM; null: zeros
};

} // namespace pagelab::mem
