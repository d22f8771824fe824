// The layout of struct CPUTLB, how it is recognised, and whose tables are to be freed.
#include "emu/cpu/processor_tlbs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace pagelab::cpu {

namespace {

constexpr size_t kPrivileges = 3, kVictims = 8;
constexpr uint64_t kNone = ~uint64_t{0};

struct Entry { // CPUTLBEntry
    uint64_t read, write, fetch, physical, addend, unused[3];
};
struct Target { // CPUIOTLBEntry
    uint64_t address, attributes;
};
struct Slow { // CPUTLBDesc
    uint64_t large_page_address, large_page_mask;
    uint64_t window_begin, window_most, used, next_victim;
    Entry victims[kVictims];
    Target victim_targets[kVictims];
    Target* targets;
};
struct alignas(16) Fast { // CPUTLBDescFast
    uint64_t mask;        // (entries - 1) * sizeof(Entry)
    Entry* table;

    size_t entries() const { return mask / sizeof(Entry) + 1; }
};
struct Tlb { // CPUTLB
    uint64_t dirty, flushes[3];
    Slow slow[kPrivileges];
    Fast fast[kPrivileges];
};
static_assert(sizeof(Entry) == 64 && sizeof(Slow) == 696 && sizeof(Tlb) == 2176);

Tlb load(std::span<std::byte const> bytes)
{
    Tlb tlb;
    std::memcpy(&tlb, bytes.data(), sizeof tlb);
    return tlb;
}

bool is_flushed(Tlb const& tlb)
{
    return tlb.dirty == 0 && std::ranges::all_of(tlb.slow, [](Slow const& slow) {
               return slow.large_page_address == kNone && slow.large_page_mask == kNone &&
                      slow.used == 0 && slow.next_victim == 0 && slow.targets != nullptr &&
                      std::ranges::all_of(slow.victims, [](Entry const& entry) {
                          return (entry.read & entry.write & entry.fetch) == kNone;
                      });
           });
}

// With tables of its own, as large as the model's.
std::vector<std::byte> make_empty(Tlb tlb)
{
    for (size_t i = 0; i < kPrivileges; ++i) {
        size_t const entries = tlb.fast[i].entries();
        void* const table = std::malloc(entries * sizeof(Entry));
        if (table != nullptr)
            std::memset(table, 0xff, entries * sizeof(Entry));
        tlb.fast[i].table = static_cast<Entry*>(table);
        tlb.slow[i].targets = static_cast<Target*>(std::calloc(entries, sizeof(Target)));
    }
    std::vector<std::byte> bytes(sizeof tlb);
    std::memcpy(bytes.data(), &tlb, sizeof tlb);
    return bytes;
}

bool is_whole(Tlb const& tlb)
{
    return std::ranges::all_of(tlb.fast, [](Fast const& fast) { return fast.table != nullptr; }) &&
           std::ranges::all_of(tlb.slow, [](Slow const& slow) { return slow.targets != nullptr; });
}

} // namespace

std::optional<ProcessorTlbs> ProcessorTlbs::make(LibraryTlb const& tlb, unsigned processors)
{
    std::byte* const begin = tlb.descriptors() - offsetof(Tlb, fast);
    ProcessorTlbs tlbs({begin, sizeof(Tlb)});
    Tlb const model = load(tlbs.library_);
    if (!is_flushed(model))
        return std::nullopt;
    tlbs.waiting_.emplace_back(sizeof(Tlb));
    bool whole = true;
    for (unsigned i = 1; i < processors; ++i) {
        tlbs.waiting_.push_back(make_empty(model));
        whole &= is_whole(load(tlbs.waiting_.back()));
    }
    return whole ? std::optional(std::move(tlbs)) : std::nullopt;
}

ProcessorTlbs::ProcessorTlbs(ProcessorTlbs&& other) noexcept
    : library_(other.library_), waiting_(std::exchange(other.waiting_, {})),
      current_(other.current_)
{
}

ProcessorTlbs::~ProcessorTlbs()
{
    for (unsigned i = 0; i < waiting_.size(); ++i) {
        if (i == current_)
            continue;
        Tlb const tlb = load(waiting_[i]);
        for (Fast const& fast : tlb.fast)
            std::free(fast.table);
        for (Slow const& slow : tlb.slow)
            std::free(slow.targets);
    }
}

void ProcessorTlbs::switch_to(unsigned processor)
{
    std::memcpy(waiting_[current_].data(), library_.data(), library_.size());
    std::memcpy(library_.data(), waiting_[processor].data(), library_.size());
    current_ = processor;
}

ProcessorTlbs::Untouched::Untouched(ProcessorTlbs const& tlbs)
    : dirty_(tlbs.library_.data() + offsetof(Tlb, dirty)), was_(*dirty_)
{
    *dirty_ = std::byte{0};
}

ProcessorTlbs::Untouched::~Untouched()
{
    *dirty_ = was_;
}

} // namespace pagelab::cpu
