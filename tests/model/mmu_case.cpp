// Registers, addresses and raw entries for a case, written without the formats of guestkernel/abi.
#include "tests/model/mmu_case.hpp"

namespace pagelab::test {

using mmu::PagingMode;

namespace {

constexpr uint64_t kProtected = 0x8000'0001;
constexpr uint64_t kPse = 1u << 4;
constexpr uint64_t kPae = 1u << 5;
constexpr uint64_t kLa57 = 1u << 12;

// Bits hardware ignores in an entry. PCD, PWT, software bits and the global bit always; 62:52 in
// the long modes; PAT in a large page; the accessed and dirty flags above the last level.
uint64_t ignored_bits(MmuCase const& mmu_case, unsigned level)
{
    uint64_t bits = 0xe18;
    if (is_pointer(mmu_case.mode, level))
        return bits;
    bits |= 0x100;
    if (level > mmu_case.last_level)
        bits |= mmu_case.mode == PagingMode::Bits32 && !mmu_case.controls.pse ? 0xe0 : 0x60;
    if (level > 1 && is_leaf(mmu_case, level))
        bits |= 0x1000;
    if (is_long(mmu_case.mode))
        bits |= 0x7ff0'0000'0000'0000;
    return bits;
}

} // namespace

bool is_long(PagingMode mode)
{
    return mode == PagingMode::Level4 || mode == PagingMode::Level5;
}

bool is_pointer(PagingMode mode, unsigned level)
{
    return mode == PagingMode::Pae && level == 3;
}

bool is_leaf(MmuCase const& mmu_case, unsigned level)
{
    if (level == 1)
        return true;
    bool const has_large = level == 2 || (level == 3 && is_long(mmu_case.mode));
    bool const offered = mmu_case.mode != PagingMode::Bits32 || mmu_case.controls.pse;
    return has_large && offered && mmu_case.entries[level].large;
}

mmu::Context context_of(MmuCase const& mmu_case)
{
    Controls const& controls = mmu_case.controls;
    mmu::Context context;
    context.cr0 = kProtected | uint64_t{controls.wp} << 16;
    context.cr3 = kTables + level_count(mmu_case.mode) * kPageSize;
    context.cr4 = uint64_t{controls.smep} << 20 | uint64_t{controls.smap} << 21;
    if (controls.pse)
        context.cr4 |= kPse;
    if (mmu_case.mode != PagingMode::Bits32)
        context.cr4 |= kPae;
    if (mmu_case.mode == PagingMode::Level5)
        context.cr4 |= kLa57;
    context.efer = uint64_t{controls.nxe} << 11 | uint64_t{is_long(mmu_case.mode)} << 8;
    context.rflags = uint64_t{controls.ac} << 18;
    return context;
}

PhysAddr target_of(mmu::Operation operation)
{
    return PhysAddr(operation == mmu::Operation::Fetch ? kCodePage + 8 : kDataPage + 0x120);
}

VirtAddr address_of(PagingMode mode, mmu::Operation operation)
{
    constexpr uint64_t kBases[] = {0, 0x4000'0000, 0x4000'0000, 0xffff'ff80'c000'0000,
                                   0x0000'ff80'c000'0000};
    return VirtAddr(kBases[static_cast<unsigned>(mode)] + target_of(operation).value);
}

uint64_t entry_address(PagingMode mode, unsigned level, VirtAddr address)
{
    bool const narrow = mode == PagingMode::Bits32;
    unsigned const shift = narrow ? 2 + 10 * level : 3 + 9 * level;
    uint64_t const index_mask = narrow ? 0x3ff : mode == PagingMode::Pae && level == 3 ? 3 : 0x1ff;
    return kTables + level * kPageSize + (address.value >> shift & index_mask) * (narrow ? 4 : 8);
}

uint64_t encode(MmuCase const& mmu_case, unsigned level, PhysAddr target, Noise const& noise)
{
    Flags const& flags = mmu_case.entries[level];
    bool const leaf = is_leaf(mmu_case, level);
    uint64_t entry = uint64_t{flags.present} | uint64_t{flags.writable} << 1 |
                     uint64_t{flags.user} << 2 | uint64_t{flags.accessed} << 5 |
                     uint64_t{flags.dirty} << 6 | uint64_t{flags.large} << 7 |
                     uint64_t{flags.no_execute} << 63;
    uint64_t const ignored = ignored_bits(mmu_case, level);
    entry = (entry & ~ignored) | (noise[level] & ignored) | flags.reserved;
    if (!leaf)
        return entry | (kTables + (level - 1) * kPageSize);
    unsigned const shift = mmu_case.mode == PagingMode::Bits32 ? 2 + 10 * level : 3 + 9 * level;
    return entry | (target.value & ~((uint64_t{1} << shift) - 1));
}

} // namespace pagelab::test
