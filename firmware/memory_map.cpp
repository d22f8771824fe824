// Ranges are kept sorted and disjoint: to set one, cut its place out of all others, put it in,
// and join it with neighbours of its type.
#include "firmware/memory_map.hpp"

namespace pagelab::firmware {

namespace {

uint64_t end_of(E820Entry const& entry)
{
    return entry.address + entry.size;
}

uint64_t saturating_end(uint64_t address, uint64_t size)
{
    return size > ~address ? ~uint64_t{0} : address + size;
}

} // namespace

void MemoryMap::insert(uint32_t at, E820Entry const& entry)
{
    if (count_ == memory_map::kMaxE820Entries) {
        if (at == count_)
            return;
        count_--;
    }
    for (uint32_t i = count_; i > at; i--)
        entries_[i] = entries_[i - 1];
    entries_[at] = entry;
    count_++;
}

void MemoryMap::remove(uint32_t at)
{
    count_--;
    for (uint32_t i = at; i < count_; i++)
        entries_[i] = entries_[i + 1];
}

void MemoryMap::join_with_next(uint32_t at)
{
    if (at + 1 >= count_)
        return;
    auto const& next = entries_[at + 1];
    if (entries_[at].type != next.type || end_of(entries_[at]) != next.address)
        return;
    entries_[at].size += next.size;
    remove(at + 1);
}

void MemoryMap::clear(uint64_t address, uint64_t size)
{
    uint64_t const end = saturating_end(address, size);
    for (uint32_t i = 0; i < count_;) {
        auto const old = entries_[i];
        if (end_of(old) <= address || old.address >= end) {
            i++;
            continue;
        }
        remove(i);
        if (old.address < address)
            insert(i++, {old.address, address - old.address, old.type});
        if (end < end_of(old))
            insert(i++, {end, end_of(old) - end, old.type});
    }
}

void MemoryMap::set(uint64_t address, uint64_t size, uint32_t type)
{
    uint64_t const end = saturating_end(address, size);
    if (end == address)
        return;
    clear(address, end - address);
    uint32_t at = 0;
    while (at < count_ && entries_[at].address < address)
        at++;
    insert(at, {address, end - address, type});
    join_with_next(at);
    if (at > 0)
        join_with_next(at - 1);
}

bool MemoryMap::is_usable(uint64_t address, uint64_t size) const
{
    return size <= usable_end(address) - address;
}

uint64_t MemoryMap::usable_end(uint64_t address) const
{
    for (auto const& entry : *this) {
        if (entry.type == kE820Usable && entry.address <= address && address < end_of(entry))
            return end_of(entry);
    }
    return address;
}

MemoryMap build_memory_map(E820Entry const* given, uint32_t count)
{
    using namespace memory_map;
    MemoryMap map;
    for (uint32_t i = 0; i < count; i++) {
        if (given[i].type == kE820Usable)
            map.set(given[i].address, given[i].size, kE820Usable);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (given[i].type != kE820Usable)
            map.set(given[i].address, given[i].size, given[i].type);
    }
    map.clear(0, kHighRam);

    E820Entry const* top = nullptr; // the highest RAM below 4 GiB
    for (auto const& entry : map) {
        if (entry.type == kE820Usable && end_of(entry) <= k4GiB)
            top = &entry;
    }
    bool const has_reserve = top != nullptr && top + 1 != map.end() && //
                             top[1].address == end_of(*top);
    if (top != nullptr && !has_reserve && top->size > kTopReserve)
        map.set(end_of(*top) - kTopReserve, kTopReserve, kE820Reserved);

    map.set(0, kExtendedBiosData, kE820Usable);
    map.set(kExtendedBiosData, kLowRamEnd - kExtendedBiosData, kE820Reserved);
    map.set(kRom, kRomSize, kE820Reserved);
    map.set(kFlashReserve, k4GiB - kFlashReserve, kE820Reserved);
    return map;
}

MemoryMap build_memory_map(uint32_t kib_above_1m, uint32_t units_above_16m, uint32_t units_above_4g)
{
    uint64_t const low_end = units_above_16m != 0
                                 ? (16 << 20) + (uint64_t{units_above_16m} << 16)
                                 : memory_map::kHighRam + (uint64_t{kib_above_1m} << 10);
    E820Entry const given[] = {
        {0, low_end, kE820Usable},
        {memory_map::k4GiB, uint64_t{units_above_4g} << 16, kE820Usable},
    };
    return build_memory_map(given, 2);
}

} // namespace pagelab::firmware
