// Guest physical memory for page-table tests: RAM at 0, all ones above. Models PhysicalReader.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "emu/mem/physical_reader.hpp"

namespace pagelab::test {

class TableMemory {
  public:
    explicit TableMemory(size_t bytes) : bytes_(bytes) {}

    void read(PhysAddr address, std::span<std::byte> out) const
    {
        std::ranges::fill(out, std::byte{0xff});
        if (address.value >= bytes_.size())
            return;
        size_t const count = std::min<size_t>(out.size(), bytes_.size() - address.value);
        std::memcpy(out.data(), bytes_.data() + address.value, count);
    }
    uint32_t read_u32(PhysAddr address) const { return read_word<uint32_t>(address); }
    uint64_t read_u64(PhysAddr address) const { return read_word<uint64_t>(address); }

    void put_u32(uint64_t address, uint32_t value)
    {
        std::memcpy(&bytes_.at(address + 3) - 3, &value, 4);
    }
    void put_u64(uint64_t address, uint64_t value)
    {
        std::memcpy(&bytes_.at(address + 7) - 7, &value, 8);
    }
    std::span<std::byte> bytes() { return bytes_; }

  private:
    // Words are aligned, so none straddles the end.
    template<class Word>
    Word read_word(PhysAddr address) const
    {
        Word value = static_cast<Word>(~Word{0});
        if (address.value + sizeof value <= bytes_.size())
            std::memcpy(&value, bytes_.data() + address.value, sizeof value);
        return value;
    }

    std::vector<std::byte> bytes_;
};

static_assert(PhysicalReader<TableMemory>);

} // namespace pagelab::test
