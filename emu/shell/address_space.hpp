// AddressSpace: a target's bytes at virtual or physical addresses, for commands on raw memory.
//
// Virtual addresses are looked up by the selected processor's tables, whatever the pages permit.
// Where no page is mapped, or no memory behind it, there is an Error that names the address.
#pragma once

#include <span>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

enum class Space : uint8_t { Virtual, Physical };
char const* name(Space space); // "virtual"

class AddressSpace {
  public:
    // The target must not move while this lives.
    AddressSpace(Target& target, Space space);

    Result<PhysAddr> physical(uint64_t address) const;

    // The host's bytes from `address` to the end of its page or piece of memory; not empty.
    Result<std::span<std::byte>> bytes_at(uint64_t address) const;

    Result<> read(uint64_t address, std::span<std::byte> out) const;

    // The address `bytes` after, by the width of addresses.
    uint64_t advance(uint64_t address, uint64_t bytes) const;

    // Calls visit(address, host bytes) -> Result<> for the pieces of a range, ascending.
    template<class Visit>
    Result<> for_each_piece(uint64_t address, uint64_t size, Visit visit) const
    {
        while (size != 0) {
            std::span<std::byte> piece = TRY(bytes_at(address));
            piece = piece.first(std::min<uint64_t>(piece.size(), size));
            TRY(visit(address, piece));
            address = advance(address, piece.size());
            size -= piece.size();
        }
        return {};
    }

    Space space() const { return space_; }

  private:
    mem::PhysicalMemory& memory_;
    mmu::Context context_;
    Space space_;
};

// Writes to a live machine's RAM as its CPU would see it: code translated from there is discarded.
// All bytes or none. The target has moved after it.
Result<> write_bytes(Session& session, Space space, uint64_t address,
                     std::span<std::byte const> bytes);

// Of all processors, as a kernel does it: a change of CR4.PGE there and back (SDM volume 3, section
// 4.10.4.1), which also loads the PDPTEs of PAE paging anew.
Result<> flush_tlbs(machine::Machine& machine);

} // namespace pagelab::shell
