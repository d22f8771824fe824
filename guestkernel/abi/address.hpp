// Physical addresses, virtual addresses and page frame numbers as types that do not mix.
//
// Shared by guest and host. Arithmetic keeps the kind (address + bytes, pfn + pages); the only
// conversions are the named ones below. Values are 64 bits wide on every guest, since 32-bit PAE
// has 36 and more physical address bits. Comparisons are spelled out because <=> needs a library
// header that freestanding guests do not have.
#pragma once

#include <stdint.h>

namespace pagelab {

inline constexpr unsigned kPageShift = 12;
inline constexpr uint64_t kPageSize = uint64_t{1} << kPageShift;

template<class Kind>
struct Address {
    uint64_t value = 0;

    constexpr Address() = default;
    constexpr explicit Address(uint64_t v) : value(v) {}

    constexpr bool operator==(Address const&) const = default;
    constexpr bool operator<(Address other) const { return value < other.value; }
    constexpr bool operator>(Address other) const { return value > other.value; }
    constexpr bool operator<=(Address other) const { return value <= other.value; }
    constexpr bool operator>=(Address other) const { return value >= other.value; }
    constexpr Address operator+(uint64_t bytes) const { return Address(value + bytes); }
    constexpr Address operator-(uint64_t bytes) const { return Address(value - bytes); }
    constexpr uint64_t operator-(Address other) const { return value - other.value; }
    constexpr Address& operator+=(uint64_t bytes)
    {
        value += bytes;
        return *this;
    }

    constexpr uint64_t page_offset() const { return value & (kPageSize - 1); }
    constexpr Address page_start() const { return Address(value & ~(kPageSize - 1)); }
};

using PhysAddr = Address<struct PhysKind>; // bytes, guest physical
using VirtAddr = Address<struct VirtKind>; // bytes, guest linear

// A page frame number: physical address >> 12.
struct Pfn {
    uint64_t value = 0;

    constexpr Pfn() = default;
    constexpr explicit Pfn(uint64_t v) : value(v) {}

    constexpr bool operator==(Pfn const&) const = default;
    constexpr bool operator<(Pfn other) const { return value < other.value; }
    constexpr bool operator>(Pfn other) const { return value > other.value; }
    constexpr bool operator<=(Pfn other) const { return value <= other.value; }
    constexpr bool operator>=(Pfn other) const { return value >= other.value; }
    constexpr Pfn operator+(uint64_t pages) const { return Pfn(value + pages); }
    constexpr uint64_t operator-(Pfn other) const { return value - other.value; }
};

constexpr Pfn phys_to_pfn(PhysAddr address)
{
    return Pfn(address.value >> kPageShift);
}
constexpr PhysAddr pfn_to_phys(Pfn pfn)
{
    return PhysAddr(pfn.value << kPageShift);
}

static_assert(phys_to_pfn(PhysAddr(0x1'2345'6789)).value == 0x12'3456);
static_assert(pfn_to_phys(Pfn(0x38000)).value == 0x3800'0000); // 896 MiB

} // namespace pagelab
