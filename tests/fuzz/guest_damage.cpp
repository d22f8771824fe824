// Places are those that readers of the whole guest saw.
#include "tests/fuzz/guest_damage.hpp"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/guest_readers.hpp"

namespace {

constexpr uint64_t kMinChanges = 8; // of one input
constexpr uint64_t kMaxChanges = 40;

} // namespace

std::vector<GuestDamage::Change> GuestDamage::changes_of(std::span<std::byte const> input)
{
    if (input.size() <= sizeof(Change))
        return {};
    uint64_t const wanted = kMinChanges + static_cast<uint8_t>(input[0]) % kMaxChanges;
    std::vector<Change> changes(std::min(wanted, (input.size() - 1) / sizeof(Change)));
    std::memcpy(changes.data(), input.data() + 1, changes.size() * sizeof(Change));
    return changes;
}

GuestDamage::GuestDamage(GuestSnapshot& guest) : memory_(guest.memory())
{
    for (auto const reader : guest_readers())
        places_.push_back(memory_.places_of([&] { reader(guest.view()); }));
}

void GuestDamage::apply(std::span<Change const> changes)
{
    for (Change const& change : changes)
        apply(change);
}

void GuestDamage::undo()
{
    for (; !undo_.empty(); undo_.pop_back())
        memory_.at(undo_.back().at) = undo_.back().old;
}

void GuestDamage::apply(Change const& change)
{
    auto const& seen = places_[change.reader % places_.size()];
    auto const& places = change.kind % 64 == 1 ? seen.entries : seen.bytes;
    auto const place = places[change.place * places.size() >> 16];
    if (change.kind % 4 != 0) {
        uint64_t const at = place.address + change.byte / 8 % place.size;
        store(at, memory_.at(at) ^ static_cast<std::byte>(1u << change.byte % 8));
        return;
    }
    auto const from = places[change.from * places.size() >> 16];
    for (uint64_t i = 0; i < std::min({place.size, from.size, uint64_t{8}}); i++)
        store(place.address + i, memory_.at(from.address + i));
}

void GuestDamage::store(uint64_t at, std::byte value)
{
    undo_.push_back({at, memory_.at(at)});
    memory_.at(at) = value;
}
