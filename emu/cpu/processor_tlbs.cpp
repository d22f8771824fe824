// How an empty struct CPUTLB is recognised, and whose tables are to be freed.
#include "emu/cpu/processor_tlbs.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "emu/cpu/tlb_layout.hpp"

namespace pagelab::cpu {

namespace {

using namespace tlb;

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
                      std::ranges::all_of(slow.victims, &Entry::is_free);
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
    ProcessorTlbs tlbs(tlb.whole());
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

std::span<std::byte> ProcessorTlbs::of(unsigned processor)
{
    return processor == current_ ? library_ : std::span(waiting_[processor]);
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
