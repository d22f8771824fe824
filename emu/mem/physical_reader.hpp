// The concept every reader of guest memory is written against: physical address in, bytes out.
//
// Contract: no side effects (no A/D updates, no device access), never fails: what is not RAM or
// ROM reads as all ones, as an unclaimed bus does on a PC. Little-endian. An access may straddle
// pages. Live machines, snapshots, core files and test doubles all model it.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "guestkernel/abi/address.hpp"

namespace pagelab {

// clang-format off
template<class T>
concept PhysicalReader = requires(T const& memory, PhysAddr address, std::span<std::byte> out) {
    { memory.read_u32(address) } -> std::same_as<uint32_t>;
    { memory.read_u64(address) } -> std::same_as<uint64_t>;
    { memory.read(address, out) } -> std::same_as<void>;
};
// clang-format on

} // namespace pagelab
