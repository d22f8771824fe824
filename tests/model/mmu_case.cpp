// Registers, addresses and raw entries for a case, written without the formats of guestkernel/abi.
#include "tests/model/mmu_case.hpp"

namespace pagelab::test {

using mmu::PagingMode;

namespace {

constexpr uint64_t kProtected = 0x8000'0001;
constexpr uint64_t kPse = 1u << 4;
constexpr uint64_t kPae = 1u << 5;
constexpr uint64_t kLa57 = 1u << 12;

// Bits hardware ignores in a present entry. PCD, PWT and software bits always; the global bit and
// PAT in leaves, what is no dirty or page-size bit in the others; 62:52 in the long modes.
uint64_t ignored_bits(MmuCase const& mmu_case, unsigned level)
{
    bool const leaf = level == mmu_case.leaf_level;
    uint64_t bits = 0xe18;
    if (mmu_case.mode == PagingMode::Pae && level == 3)
        return bits;
    bits |= leaf ? 0x100 : 0x140;
    if (leaf)
        bits |= level == 1 ? 0x80 : 0x1000;
    else if (mmu_case.mode == PagingMode::Bits32)
        bits |= 0x80; // CR4.PSE = 0
    if (is_long(mmu_case.mode))
        bits |= 0x7ff0'0000'0000'0000;
    return bits;
}

} // namespace

bool is_long(PagingMode mode)
{
    return mode == PagingMode::Level4 || mode == PagingMode::Level5;
}

mmu::Context context_of(MmuCase const& mmu_case)
{
    Controls const& controls = mmu_case.controls;
    mmu::Context context;
    context.cr0 = kProtected | uint64_t{controls.wp} << 16;
    context.cr3 = kTables + level_count(mmu_case.mode) * kPageSize;
    context.cr4 = uint64_t{controls.smep} << 20 | uint64_t{controls.smap} << 21;
    if (mmu_case.mode != PagingMode::Bits32)
        context.cr4 |= kPae;
    else if (mmu_case.leaf_level == 2)
        context.cr4 |= kPse;
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

uint64_t encode(MmuCase const& mmu_case, unsigned level, PhysAddr target, uint64_t noise)
{
    Flags const& flags = mmu_case.entries[level];
    bool const leaf = level == mmu_case.leaf_level;
    bool const pointer = mmu_case.mode == PagingMode::Pae && level == 3;
    uint64_t entry = flags.present;
    if (!pointer) {
        entry |= uint64_t{flags.writable} << 1 | uint64_t{flags.user} << 2 |
                 uint64_t{flags.accessed} << 5 | uint64_t{flags.dirty && leaf} << 6 |
                 uint64_t{flags.no_execute} << 63;
    }
    if (!leaf) {
        entry |= kTables + (level - 1) * kPageSize;
    } else if (level == 1) {
        entry |= target.page_start().value;
    } else {
        uint64_t const size = mmu_case.mode == PagingMode::Bits32 ? uint64_t{1} << 22
                                                                  : uint64_t{1} << (3 + 9 * level);
        entry |= (target.value & ~(size - 1)) | 0x80;
    }
    entry |= flags.reserved | (noise & ignored_bits(mmu_case, level));
    if (!flags.present) // then nothing else counts
        entry = noise & ~uint64_t{1};
    return mmu_case.mode == PagingMode::Bits32 ? entry & 0xffff'ffff : entry;
}

} // namespace pagelab::test
