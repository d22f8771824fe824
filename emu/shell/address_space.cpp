// Pieces of ranges, each within one page.
#include "emu/shell/address_space.hpp"

#include <cstring>

#include "emu/machine/write_ram.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

bool is_ram(mem::PhysicalMemory const& memory, PhysAddr address)
{
    return std::ranges::any_of(memory.regions(), [&](mem::Region const& region) {
        return region.kind == mem::Region::Kind::Ram && address >= region.base &&
               address < region.end();
    });
}

} // namespace

char const* name(Space space)
{
    return space == Space::Virtual ? "virtual" : "physical";
}

AddressSpace::AddressSpace(Target& target, Space space)
    : memory_(target.memory()), context_(target.context()), space_(space)
{
    context_.cr4 &= ~x86::cr4::SupervisorAccessPrevention::mask;
}

Result<PhysAddr> AddressSpace::physical(uint64_t address) const
{
    if (space_ == Space::Physical)
        return PhysAddr(address);
    auto const found = mmu::translate(context_, memory_, VirtAddr(address), {});
    if (!found)
        return fail("address {:#x}: {}", address, mmu::name(found.error().reason));
    return found->address;
}

Result<std::span<std::byte>> AddressSpace::bytes_at(uint64_t address) const
{
    uint64_t page_rest = ~uint64_t{0};
    PhysAddr where(address);
    if (space_ == Space::Virtual) {
        auto const found = mmu::translate(context_, memory_, VirtAddr(address), {});
        if (!found)
            return fail("address {:#x}: {}", address, mmu::name(found.error().reason));
        uint64_t const page_size = uint64_t{1} << found->page_shift;
        where = found->address;
        page_rest = page_size - (where.value & (page_size - 1));
    }
    auto const bytes = memory_.host_span(where);
    if (bytes.empty())
        return fail("no memory at physical address {:#x}", where.value);
    return bytes.first(std::min<uint64_t>(bytes.size(), page_rest));
}

uint64_t AddressSpace::advance(uint64_t address, uint64_t bytes) const
{
    bool const narrow =
        space_ == Space::Virtual && mmu::level_count(mmu::paging_mode(context_)) < 4;
    uint64_t const next = address + bytes;
    return narrow ? static_cast<uint32_t>(next) : next;
}

Result<> AddressSpace::read(uint64_t address, std::span<std::byte> out) const
{
    return for_each_piece(address, out.size(),
                          [&](uint64_t, std::span<std::byte const> piece) -> Result<> {
                              std::memcpy(out.data(), piece.data(), piece.size());
                              out = out.subspan(piece.size());
                              return {};
                          });
}

Result<> write_bytes(Session& session, Space space, uint64_t address,
                     std::span<std::byte const> bytes)
{
    machine::Machine* const machine = TRY(session.machine());
    AddressSpace const target(session.target(), space);
    struct Piece {
        PhysAddr where;
        size_t size = 0;
    };
    std::vector<Piece> pieces;
    auto const add = [&](uint64_t at, std::span<std::byte const> piece) -> Result<> {
        PhysAddr const where = TRY(target.physical(at));
        if (!is_ram(machine->memory(), where))
            return fail("physical address {:#x} is not RAM", where.value);
        pieces.push_back({where, piece.size()});
        return {};
    };
    TRY(target.for_each_piece(address, bytes.size(), add));
    TRY(leave_past(session));
    for (auto const& [where, size] : pieces) {
        machine::write_ram(*machine, where, bytes.first(size));
        bytes = bytes.subspan(size);
    }
    session.target().moved();
    return {};
}

Result<> flush_tlbs(machine::Machine& machine)
{
    for (unsigned cpu = 0; cpu < machine.cpus(); ++cpu) {
        cpu::CpuRegisters const registers = machine.registers(cpu);
        cpu::CpuRegisters other = registers;
        other.state.cr4 ^= x86::cr4::PageGlobal::mask;
        TRY(machine.set_registers(cpu, other));
        TRY(machine.set_registers(cpu, registers));
    }
    return {};
}

} // namespace pagelab::shell
