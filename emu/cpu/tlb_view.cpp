// Tables and victims alike: an access looks into both.
#include "emu/cpu/tlb_view.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "emu/cpu/tlb_layout.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint64_t kPageMask = ~(kPageSize - 1);

// What grants the access to this page; kNone is no page's address, being not canonical at its size.
bool grants(uint64_t address, uint64_t page)
{
    return address != tlb::kNone && (address & (kPageMask | tlb::kInvalid)) == page;
}

uint64_t page_of(tlb::Entry const& entry)
{
    uint64_t const granted = entry.read != tlb::kNone    ? entry.read
                             : entry.write != tlb::kNone ? entry.write
                                                         : entry.fetch;
    return granted & kPageMask;
}

// visit(kind, entry) for each in use.
template<class Bytes, class Visit>
void for_each_entry(Bytes bytes, Visit const& visit)
{
    tlb::Tlb head;
    std::memcpy(&head, bytes.data(), sizeof head);
    for (size_t kind = 0; kind < tlb::kPrivileges; ++kind) {
        size_t const victims =
            offsetof(tlb::Tlb, slow) + kind * sizeof(tlb::Slow) + offsetof(tlb::Slow, victims);
        for (size_t i = 0; i < tlb::kVictims; ++i) {
            auto& entry = head.slow[kind].victims[i];
            if (!entry.is_free() && visit(static_cast<TlbKind>(kind), entry))
                if constexpr (!std::is_const_v<typename Bytes::element_type>)
                    std::memcpy(&bytes[victims + i * sizeof entry], &entry, sizeof entry);
        }
        tlb::Fast const& fast = head.fast[kind];
        for (size_t i = 0; i < fast.entries(); ++i)
            if (!fast.table[i].is_free())
                visit(static_cast<TlbKind>(kind), fast.table[i]);
    }
}

} // namespace

std::vector<TlbEntry> list_tlb(std::span<std::byte const> bytes)
{
    std::vector<TlbEntry> found;
    for_each_entry(bytes, [&](TlbKind kind, tlb::Entry const& entry) {
        uint64_t const page = page_of(entry);
        found.push_back({kind, VirtAddr(page), PhysAddr(entry.physical), grants(entry.read, page),
                         grants(entry.write, page), grants(entry.fetch, page)});
        return false;
    });
    std::ranges::sort(
        found, {}, [](TlbEntry const& entry) { return std::tuple(entry.kind, entry.page.value); });
    return found;
}

std::optional<PhysAddr> look_up_tlb(std::span<std::byte const> bytes, VirtAddr address,
                                    mmu::Operation operation)
{
    tlb::Tlb head;
    std::memcpy(&head, bytes.data(), sizeof head);
    uint64_t const page = address.value & kPageMask;
    auto const target = [&](tlb::Entry const& entry) -> std::optional<PhysAddr> {
        uint64_t const granted = operation == mmu::Operation::Write ? entry.write : entry.read;
        if (!grants(operation == mmu::Operation::Fetch ? entry.fetch : granted, page))
            return std::nullopt;
        return PhysAddr(entry.physical) + (address.value - page);
    };
    for (size_t kind = 0; kind < tlb::kPrivileges; ++kind) {
        tlb::Fast const& fast = head.fast[kind];
        if (auto const found = target(fast.table[page / kPageSize & (fast.entries() - 1)]))
            return found;
        for (tlb::Entry const& entry : head.slow[kind].victims)
            if (auto const found = target(entry))
                return found;
    }
    return std::nullopt;
}

void mark_watched(std::span<std::byte> bytes,
                  std::function<bool(VirtAddr page, PhysAddr target)> const& is_watched)
{
    for_each_entry(bytes, [&](TlbKind, tlb::Entry& entry) {
        if (!is_watched(VirtAddr(page_of(entry)), PhysAddr(entry.physical)))
            return false;
        entry.read |= tlb::kWatched; // of kNone: no change
        entry.write |= tlb::kWatched;
        return true;
    });
}

} // namespace pagelab::cpu
