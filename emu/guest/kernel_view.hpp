// KernelView: typed reads of a guest kernel's objects: TypeTable says where, GuestMemory what.
//
//   view.read_field(zone, "zone", "free_area[3].nr_free")
//
// Addresses of 32-bit guests are zero-extended and wrap at 4 GiB. Both parts must outlive the view.
// Every error is one line; none is our mistake, since both image and memory are the guest's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emu/base/error.hpp"
#include "emu/guest/guest_memory.hpp"
#include "emu/guest/type_table.hpp"

namespace pagelab::guest {

class KernelView {
  public:
    KernelView(TypeTable const& types, GuestMemory const& memory) : types_(types), memory_(memory)
    {
    }

    TypeTable const& types() const { return types_; }
    GuestMemory const& memory() const { return memory_; }

    // `bytes` after `address`, by the guest's address width.
    VirtAddr advance(VirtAddr address, uint64_t bytes) const;

    // Little-endian, zero-extended; bytes is 1..8.
    Result<uint64_t> read_unsigned(VirtAddr address, uint64_t bytes) const;
    Result<VirtAddr> read_pointer(VirtAddr address) const;

    // A number, enum or pointer within the object of this type; signed ones are sign-extended.
    Result<uint64_t> read_field(VirtAddr object, std::string_view type,
                                std::string_view path) const;
    // The same for a member already looked up, for loops.
    Result<uint64_t> read_member(VirtAddr object, Member const& member) const;

    Result<VirtAddr> field_address(VirtAddr object, std::string_view type,
                                   std::string_view path) const;

    // The bytes before the first NUL, at most `limit`.
    Result<std::string> read_string(VirtAddr address, size_t limit) const;

  private:
    TypeTable const& types_;
    GuestMemory const& memory_;
};

} // namespace pagelab::guest
