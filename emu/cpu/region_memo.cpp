// Exchanging one function pointer of the engine's private structure.
#include "emu/cpu/region_memo.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "emu/cpu/private_bytes.hpp"

// The library's own, of no header: MemoryRegion* (struct uc_struct*, hwaddr). Null if it has none.
extern "C" [[gnu::weak]] void* find_memory_mapping_x86_64(uc_engine* engine, uint64_t address);

namespace pagelab::cpu {

namespace {

using FindRegion = void* (*)(uc_engine* engine, uint64_t address);

struct Entry {
    uc_engine* engine = nullptr;
    uint64_t page = 0;
    void* region = nullptr;
};

// Neither the engine nor the call carries a pointer of ours. Entries name their engine; those of a
// closed one go when another is made (remember_regions), which may have the same address.
thread_local std::array<Entry, 64> memo;
thread_local FindRegion search = nullptr; // the library's

[[gnu::noinline]] void* search_region(uc_engine* engine, uint64_t address) noexcept
{
    void* const region = search(engine, address);
    uint64_t const page = address / kPageSize;
    if (region != nullptr)
        memo[page % memo.size()] = {engine, page, region};
    return region;
}

void* find_region(uc_engine* engine, uint64_t address) noexcept
{
    uint64_t const page = address / kPageSize;
    Entry const& entry = memo[page % memo.size()];
    if (entry.page == page && entry.engine == engine) [[likely]]
        return entry.region;
    return search_region(engine, address);
}

// The one word of the engine's structure that holds `function`.
std::byte* find_pointer(uc_engine* engine, FindRegion function)
{
    auto const bytes = private_bytes(engine);
    std::byte* found = nullptr;
    for (size_t at = 0; at + sizeof function <= bytes.size(); at += sizeof function) {
        if (std::memcmp(&bytes[at], &function, sizeof function) != 0)
            continue;
        if (found != nullptr)
            return nullptr;
        found = &bytes[at];
    }
    return found;
}

} // namespace

bool remember_regions(uc_engine* engine, PhysAddr mapped)
{
    memo = {};
    search = find_memory_mapping_x86_64;
    std::byte* const pointer = search == nullptr ? nullptr : find_pointer(engine, search);
    if (pointer == nullptr)
        return false;
    FindRegion const ours = find_region;
    std::memcpy(pointer, &ours, sizeof ours);
    std::byte byte;
    uc_mem_read(engine, mapped.value, &byte, sizeof byte);
    uint64_t const page = mapped.value / kPageSize;
    Entry const& entry = memo[page % memo.size()];
    if (entry.engine == engine && entry.page == page)
        return true;
    std::memcpy(pointer, &search, sizeof search);
    return false;
}

} // namespace pagelab::cpu
