// The stubs' machine code, and their tables in each paging mode's entry format.
#include "emu/cpu/mmu_probe_stubs.hpp"

#include <array>
#include <cstring>

namespace pagelab::cpu::probe {

using mmu::PagingMode;

namespace {

constexpr uint64_t kStubBytes = 8;

// One instruction and a breakpoint, the same bytes in 32-bit and 64-bit code.
constexpr std::array<uint8_t, 4 * kStubBytes> kStubs = {
    0x8b, 0x03, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, // mov eax, [rbx]
    0x89, 0x03, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, // mov [rbx], eax
    0xff, 0xe3, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, // jmp rbx
    0x8e, 0xd9, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, // mov ds, ecx
};

// root[index] -> tables -> two pages: supervisor, then user.
template<class Format>
void map_pages(std::byte* ram, uint64_t cr3, unsigned index, uint64_t tables, uint64_t pages)
{
    constexpr uint64_t kTable = 0x67; // present, writable, user, accessed, dirty
    auto const put = [ram](uint64_t address, uint64_t value) {
        std::memcpy(ram + address, &value, Format::kEntryBytes);
    };
    uint64_t entry = Format::root(cr3).value + index * Format::kEntryBytes;
    for (unsigned level = Format::kLevels; level > 1; --level) {
        put(entry, tables | (Format::has_rights(level) ? kTable : x86::pte::Present::mask));
        entry = tables;
        tables += kPageSize;
    }
    put(entry, pages | (kTable & ~x86::pte::User::mask));
    put(entry + Format::kEntryBytes, (pages + kPageSize) | kTable);
}

} // namespace

void write_code(std::byte* page)
{
    std::memcpy(page, kStubs.data(), kStubs.size());
}

uint64_t code_offset(mmu::Access access)
{
    if (access.requester == mmu::Requester::ImplicitSupervisor)
        return 3 * kStubBytes;
    return kStubBytes * static_cast<uint64_t>(access.operation);
}

unsigned stub_index(PagingMode mode)
{
    return mode == PagingMode::Bits32 ? 1023 : mode == PagingMode::Pae ? 3 : 1;
}

uint64_t stub_address(PagingMode mode)
{
    constexpr unsigned kRootShifts[] = {0, 22, 30, 39, 48};
    uint64_t const index = mode == PagingMode::None ? 0 : stub_index(mode);
    return index << kRootShifts[static_cast<unsigned>(mode)];
}

void map_code(std::byte* ram, mmu::Context const& context, uint64_t tables, uint64_t code)
{
    PagingMode const mode = paging_mode(context);
    unsigned const index = stub_index(mode);
    switch (mode) {
    case PagingMode::None:
        break;
    case PagingMode::Bits32:
        return map_pages<x86::Format32>(ram, context.cr3, index, tables, code);
    case PagingMode::Pae:
        return map_pages<x86::FormatPae>(ram, context.cr3, index, tables, code);
    case PagingMode::Level4:
        return map_pages<x86::FormatLong<4>>(ram, context.cr3, index, tables, code);
    case PagingMode::Level5:
        return map_pages<x86::FormatLong<5>>(ram, context.cr3, index, tables, code);
    }
}

} // namespace pagelab::cpu::probe
