// A test's physical memory: bytes from address 0 on, all ones behind them. Models PhysicalReader.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "emu/mem/physical_reader.hpp"

namespace pagelab::test {

class FakeMemory {
  public:
    explicit FakeMemory(size_t size) : bytes_(size) {}

    void read(PhysAddr address, std::span<std::byte> out) const
    {
        uint64_t const there = bytes_.size() - std::min<uint64_t>(address.value, bytes_.size());
        uint64_t const count = std::min<uint64_t>(there, out.size());
        if (count != 0)
            std::memcpy(out.data(), bytes_.data() + address.value, count);
        std::ranges::fill(out.subspan(count), std::byte{0xff});
    }

    uint32_t read_u32(PhysAddr address) const { return read_number<uint32_t>(address); }
    uint64_t read_u64(PhysAddr address) const { return read_number<uint64_t>(address); }

    // Little-endian, the low `size` bytes of value; what lies outside is lost.
    void write(PhysAddr address, uint64_t value, uint64_t size = 8)
    {
        for (uint64_t i = 0; i < size && address.value + i < bytes_.size(); i++)
            bytes_[address.value + i] = static_cast<std::byte>(value >> (8 * i));
    }

    std::span<std::byte> bytes() { return bytes_; }

  private:
    template<class Number>
    Number read_number(PhysAddr address) const
    {
        Number value = 0;
        read(address, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }

    std::vector<std::byte> bytes_;
};

static_assert(PhysicalReader<FakeMemory>);

} // namespace pagelab::test
