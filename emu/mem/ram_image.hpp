// What was in the machine's RAM at a moment: pages, shared between images where they are equal.
//
// Pages hang in groups of 512 on a table, which is all that images cost that have the same in them;
// then a table for each group that differs (8 KiB), and each page that differs (4 KiB). Pages of
// zeros cost nothing. Images never change, and any may be dropped. ROM is not in them.
//
// The base: the image that RAM was like when memory.dirty() was last cleared. Only dirty pages are
// looked at then, and for another image what it has other than the base. Without a base, and where
// all pages are dirty, all of RAM is compared.
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
    RamImage() = default; // of nothing

    // Of all RAM as it is now.
    static RamImage take(PhysicalMemory const& memory, RamImage const* base);

    // Writes the pages back that may differ, and calls changed(page) for each. An Error, and
    // nothing done, if the RAM has another size.
    Result<> put(PhysicalMemory& memory, RamImage const* base,
                 std::function<void(PhysAddr page)> const& changed) const;

    bool operator==(RamImage const& other) const; // the same bytes
    uint64_t pages() const { return count_; }
    // By PhysicalMemory's numbers; null: zeros.
    RamPage const* page(uint64_t number) const;
    uint64_t zero_pages() const;
    // Pages that `other` does not have at the same place: what this one costs beside it.
    uint64_t pages_beside(RamImage const& other) const;

  private:
    static constexpr uint64_t kGroup = 512;
    using Page = std::shared_ptr<RamPage const>;
    using Group = std::array<Page, kGroup>;

    explicit RamImage(uint64_t pages) : groups_((pages + kGroup - 1) / kGroup), count_(pages) {}

    Page const* find(uint64_t number) const;
    void keep(uint64_t number, std::byte const* bytes, RamImage const* base);
    void put_page(uint64_t number, PhysicalMemory& memory,
                  std::function<void(PhysAddr page)> const& changed) const;

    std::vector<std::shared_ptr<Group>> groups_; // null: zeros
    uint64_t count_ = 0;
};

} // namespace pagelab::mem
