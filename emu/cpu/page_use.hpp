// Which physical pages hold translated code, and which the CPU library may write unasked.
//
// The library checks every store to a page it may also execute, at ten times a store's cost. So a
// page is given either right: executable once it has been fetched from, else only writable. The
// flags are per page frame of RAM, lazily committed, and forgotten now and then (see forget()).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

class PageUse {
  public:
    enum Flag : uint8_t { Code = 1, Writable = 2 };

    explicit PageUse(PhysAddr end)
        : pages_(phys_to_pfn(end).value),
          flags_(static_cast<uint8_t*>(std::calloc(pages_, 1)), &std::free)
    {
    }

    bool has(PhysAddr page, Flag flag) const
    {
        uint64_t const pfn = phys_to_pfn(page).value;
        return pfn < pages_ && flags_ != nullptr && (flags_[pfn] & flag) != 0;
    }
    void set(PhysAddr page, Flag flag)
    {
        uint64_t const pfn = phys_to_pfn(page).value;
        if (pfn < pages_ && flags_ != nullptr)
            flags_[pfn] |= flag;
    }
    void clear(PhysAddr page, Flag flag)
    {
        uint64_t const pfn = phys_to_pfn(page).value;
        if (pfn < pages_ && flags_ != nullptr)
            flags_[pfn] &= static_cast<uint8_t>(~flag);
    }
    // After the library's code cache and TLB have been emptied.
    void forget() { flags_.reset(static_cast<uint8_t*>(std::calloc(pages_, 1))); }

  private:
    uint64_t pages_;
    std::unique_ptr<uint8_t[], decltype(&std::free)> flags_;
};

} // namespace pagelab::cpu
