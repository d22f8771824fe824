// Finding the three descriptors by their shape and their empty tables; counting used entries.
#include "emu/cpu/library_tlb.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include "emu/cpu/safe_read.hpp"
#include "emu/cpu/tlb_layout.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kPrivileges = 3;   // supervisor with and without SMAP, user
constexpr size_t kEntrySize = 64;   // addresses for read, write and fetch, then what they map to
constexpr size_t kSearched = 0x100; // bytes before the registers
constexpr size_t kSmallest = 64, kEnough = 4096; // entries

struct Descriptor {
    uint64_t mask; // (entries - 1) * kEntrySize
    std::byte const* table;

    uint64_t entries() const { return mask / kEntrySize + 1; }
};

Descriptor descriptor(std::byte const* descriptors, size_t index)
{
    Descriptor one;
    std::memcpy(&one, descriptors + index * sizeof one, sizeof one);
    return one;
}

bool is_free(std::byte const* entry)
{
    std::array<uint64_t, 3> addresses;
    std::memcpy(addresses.data(), entry, sizeof addresses);
    return (addresses[0] & addresses[1] & addresses[2]) == ~uint64_t{0};
}

bool is_empty_table(Descriptor const& one)
{
    if (one.mask % kEntrySize != 0 || !std::has_single_bit(one.entries()) ||
        one.entries() < kSmallest || one.entries() > kEnough)
        return false;
    std::array<std::byte, kSmallest * kEntrySize> start;
    if (read_safely(one.table, start) != start.size())
        return false;
    for (size_t i = 0; i < kSmallest; ++i)
        if (!is_free(&start[i * kEntrySize]))
            return false;
    return true;
}

} // namespace

std::optional<LibraryTlb> LibraryTlb::find(std::byte* registers)
{
    for (size_t before = kPrivileges * sizeof(Descriptor); before <= kSearched;
         before += alignof(Descriptor)) {
        bool fits = true;
        for (size_t i = 0; i < kPrivileges && fits; ++i)
            fits = is_empty_table(descriptor(registers - before, i));
        if (fits)
            return LibraryTlb(registers - before);
    }
    return std::nullopt;
}

std::span<std::byte> LibraryTlb::whole() const
{
    return {descriptors_ - offsetof(tlb::Tlb, fast), sizeof(tlb::Tlb)};
}

bool LibraryTlb::is_crowded() const
{
    constexpr size_t kSample = 32, kCrowded = 23; // 72 %
    for (size_t i = 0; i < kPrivileges; ++i) {
        Descriptor const one = descriptor(descriptors_, i);
        if (one.entries() >= kEnough)
            continue;
        size_t const step = one.entries() / kSample;
        size_t used = 0;
        for (size_t entry = 0; entry < kSample; ++entry)
            used += !is_free(one.table + entry * step * kEntrySize);
        if (used >= kCrowded)
            return true;
    }
    return false;
}

void LibraryTlb::keep_size() const
{
    constexpr uint64_t kLeast = 30; // percent; less shrinks
    tlb::Tlb all;
    std::memcpy(&all, whole().data(), sizeof all);
    for (size_t i = 0; i < kPrivileges; ++i) {
        uint64_t const enough = (all.fast[i].entries() * kLeast + 99) / 100;
        all.slow[i].window_most = std::max(all.slow[i].window_most, enough);
    }
    std::memcpy(whole().data(), &all, sizeof all);
}

} // namespace pagelab::cpu
