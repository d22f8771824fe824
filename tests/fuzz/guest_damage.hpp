// Damage to a guest's memory where its readers look: bits flipped and words copied, then undone.
#pragma once

#include <vector>

#include "tests/fuzz/guest_snapshot.hpp"

class GuestDamage {
  public:
    // One change of an input.
    struct Change {
        uint8_t reader;
        uint8_t kind;   // one in four copies, one in 64 hits the page tables
        uint16_t place; // how far up in its reader's places
        uint16_t from;  // for copying
        uint16_t byte;  // of the place, and which bit
    };
    static_assert(sizeof(Change) == 8);

    // Up to 48 of them.
    static std::vector<Change> changes_of(std::span<std::byte const> input);

    // The guest is whole, and outlives this: where look_at_guest's readers look is noted.
    explicit GuestDamage(GuestSnapshot& guest);

    void apply(std::span<Change const> changes);
    void undo();

  private:
    struct Undo {
        uint64_t at; // physical
        std::byte old;
    };

    void apply(Change const& change);
    void store(uint64_t at, std::byte value);

    SnapshotMemory& memory_;
    std::vector<SnapshotMemory::Places> places_; // of each reader
    std::vector<Undo> undo_;                     // oldest first
};
