// Paging-structure entries of all paging modes, one format each: Format32, FormatPae, FormatLong.
//
// Levels count from the leaves: 1 the page table, 2 the page directory, 3 the page-directory-
// pointer table, 4 the PML4, 5 the PML5. What depends on the level is a function of the level.
// Entries are passed as 64-bit words whatever their size in memory.
//
//            levels  entry     index bits of the linear address        pages
//   32-bit     2     4 bytes   31:22 21:12                             4K, 4M with CR4.PSE
//   PAE        3     8 bytes   31:30 29:21 20:12                       4K, 2M
//   4-level    4     8 bytes   47:39 38:30 29:21 20:12                 4K, 2M, 1G
//   5-level    5     8 bytes   56:48 and as 4-level                    4K, 2M, 1G
//
// Source: Intel SDM volume 3, sections 4.3 (figure 4-4, tables 4-4 to 4-6), 4.4.1 (table 4-8),
// 4.4.2 (tables 4-9 to 4-11), 4.5.4 (tables 4-13 to 4-19). A reserved bit counts only in an entry
// that is present. PSE-36 and 1 GiB pages are taken as supported.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/x86/cr.hpp"
#include "guestkernel/abi/x86/efer.hpp"
#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86 {

namespace pte {
using Present = Bit<0>;
using Writable = Bit<1>;
using User = Bit<2>;
using WriteThrough = Bit<3>;
using CacheDisable = Bit<4>;
using Accessed = Bit<5>;
using Dirty = Bit<6>;    // leaves only
using PageSize = Bit<7>; // levels 2 and 3; at level 1 this bit is PAT
using Global = Bit<8>;   // leaves only
using Software = Field<11, 9>;
using ProtectionKey = Field<62, 59>; // leaves, 4-level and 5-level paging
using NoExecute = Bit<63>;           // 8-byte entries, with EFER.NXE

// The PAT bit of a leaf at `level`.
constexpr uint64_t pat_mask(unsigned level)
{
    return level == 1 ? Bit<7>::mask : Bit<12>::mask;
}
} // namespace pte

// What the meaning of an entry depends on, besides its level.
struct PagingRules {
    uint64_t cr4 = 0;
    uint64_t efer = 0;
    unsigned physical_bits = 40; // MAXPHYADDR: CPUID 0x80000008, EAX bits 7:0; 32..52
};

// Bits high:low; none if high < low.
constexpr uint64_t bits(unsigned high, unsigned low)
{
    return high < low ? 0 : (~uint64_t{0} >> (63 - high)) & (~uint64_t{0} << low);
}

struct Format32 {
    static constexpr unsigned kLevels = 2;
    static constexpr unsigned kEntryBytes = 4;

    static constexpr PhysAddr root(uint64_t cr3)
    {
        return PhysAddr(cr3::Directory32::in_place(cr3));
    }
    static constexpr unsigned page_shift(unsigned level) { return level == 1 ? 12 : 22; }
    static constexpr unsigned index(unsigned level, VirtAddr address)
    {
        return static_cast<unsigned>(address.value >> page_shift(level)) & 0x3ff;
    }
    static constexpr bool is_page(unsigned level, uint64_t entry, PagingRules const& rules)
    {
        return level == 1 ||
               (pte::PageSize::is_set(entry) && cr4::PageSizeExtensions::is_set(rules.cr4));
    }
    // Of an entry that is a page or not as is_page says. PSE-36 gives a 4 MiB page the address
    // bits M-1:32 in 20:13, with M = min(40, MAXPHYADDR); what is left below bit 22 is reserved.
    static constexpr uint64_t reserved(unsigned level, uint64_t entry, PagingRules const& rules)
    {
        if (level == 1 || !is_page(level, entry, rules))
            return 0;
        unsigned const width = rules.physical_bits < 40 ? rules.physical_bits : 40;
        return bits(21, width - 19);
    }
    // Whether entries of `level` carry rights and an accessed flag.
    static constexpr bool has_rights(unsigned) { return true; }
    static constexpr PhysAddr table(uint64_t entry)
    {
        return PhysAddr(Field<31, 12>::in_place(entry));
    }
    static constexpr PhysAddr page(unsigned level, uint64_t entry)
    {
        if (level == 1)
            return PhysAddr(Field<31, 12>::in_place(entry));
        return PhysAddr(Field<31, 22>::in_place(entry) | Field<20, 13>::get(entry) << 32);
    }
};

// What the formats with 8-byte entries share.
struct Format64 {
    static constexpr unsigned kEntryBytes = 8;

    static constexpr unsigned page_shift(unsigned level) { return 12 + 9 * (level - 1); }
    static constexpr PhysAddr table(uint64_t entry)
    {
        return PhysAddr(Field<51, 12>::in_place(entry));
    }
    static constexpr PhysAddr page(unsigned level, uint64_t entry)
    {
        return PhysAddr(Field<51, 12>::in_place(entry) & ~bits(page_shift(level) - 1, 0));
    }
    static constexpr uint64_t reserved_no_execute(PagingRules const& rules)
    {
        return efer::NoExecuteEnable::is_set(rules.efer) ? 0 : pte::NoExecute::mask;
    }
    // Address bits below the page's size, from above the PAT bit.
    static constexpr uint64_t reserved_offset(unsigned level)
    {
        return level == 1 ? 0 : bits(page_shift(level) - 1, 13);
    }
};

struct FormatPae : Format64 {
    static constexpr unsigned kLevels = 3;

    static constexpr PhysAddr root(uint64_t cr3)
    {
        return PhysAddr(cr3::PointerTablePae::in_place(cr3));
    }
    static constexpr unsigned index(unsigned level, VirtAddr address)
    {
        unsigned const value = static_cast<unsigned>(address.value >> page_shift(level));
        return value & (level == kLevels ? 3 : 0x1ff);
    }
    static constexpr bool is_page(unsigned level, uint64_t entry, PagingRules const&)
    {
        return level == 1 || (level == 2 && pte::PageSize::is_set(entry));
    }
    static constexpr uint64_t reserved(unsigned level, uint64_t entry, PagingRules const& rules)
    {
        if (level == kLevels)
            return bits(63, rules.physical_bits) | bits(8, 5) | bits(2, 1);
        return bits(62, rules.physical_bits) | reserved_no_execute(rules) |
               (is_page(level, entry, rules) ? reserved_offset(level) : 0);
    }
    static constexpr bool has_rights(unsigned level) { return level != kLevels; }
};

template<unsigned Levels>
struct FormatLong : Format64 {
    static_assert(Levels == 4 || Levels == 5);
    static constexpr unsigned kLevels = Levels;

    static constexpr PhysAddr root(uint64_t cr3) { return PhysAddr(cr3::RootTable::in_place(cr3)); }
    static constexpr unsigned index(unsigned level, VirtAddr address)
    {
        return static_cast<unsigned>(address.value >> page_shift(level)) & 0x1ff;
    }
    static constexpr bool is_page(unsigned level, uint64_t entry, PagingRules const&)
    {
        return level == 1 || (level <= 3 && pte::PageSize::is_set(entry));
    }
    static constexpr uint64_t reserved(unsigned level, uint64_t entry, PagingRules const& rules)
    {
        return bits(51, rules.physical_bits) | reserved_no_execute(rules) |
               (level > 3 ? pte::PageSize::mask : 0) |
               (is_page(level, entry, rules) ? reserved_offset(level) : 0);
    }
    static constexpr bool has_rights(unsigned) { return true; }

    // All bits above the translated ones equal the highest of these (SDM volume 1, 3.3.7.1).
    static constexpr bool is_canonical(VirtAddr address)
    {
        uint64_t const upper = address.value >> (page_shift(Levels) + 8);
        return upper == 0 || upper == ~uint64_t{0} >> (page_shift(Levels) + 8);
    }
};

static_assert(bits(21, 21) == 0x20'0000 && bits(62, 52) == 0x7ff0'0000'0000'0000);
static_assert(bits(51, 52) == 0 && bits(63, 0) == ~uint64_t{0});
static_assert(Format32::index(2, VirtAddr(0xc010'2000)) == 0x300);
static_assert(Format32::page(2, 0x0040'2083).value == 0x1'0040'0000);
static_assert(Format32::reserved(2, 0x80, {cr4::PageSizeExtensions::mask, 0, 36}) == 0x3e'0000);
static_assert(Format32::reserved(2, 0x80, {cr4::PageSizeExtensions::mask, 0, 32}) == 0x3f'e000);
static_assert(Format32::reserved(2, 0x80, {}) == 0);
static_assert(FormatPae::index(3, VirtAddr(0xc010'2000)) == 3);
static_assert(FormatPae::reserved(3, 1, {0, 0, 36}) == 0xffff'fff0'0000'01e6);
static_assert(FormatPae::reserved(2, 0x81, {0, 0x800, 40}) == 0x7fff'ff00'001f'e000);
static_assert(FormatLong<4>::reserved(3, 0x81, {0, 0x800, 52}) == 0x3fff'e000);
static_assert(FormatLong<4>::reserved(4, 1, {0, 0, 40}) == 0x800f'ff00'0000'0080);
static_assert(FormatLong<4>::page(3, 0x8000'0000'7fff'f0e7).value == 0x4000'0000);
static_assert(FormatLong<4>::is_canonical(VirtAddr(0xffff'8000'0000'0000)));
static_assert(!FormatLong<4>::is_canonical(VirtAddr(0x8000'0000'0000)));
static_assert(FormatLong<5>::is_canonical(VirtAddr(0x8000'0000'0000)));
static_assert(FormatLong<5>::index(5, VirtAddr(0x01ff'0000'0000'0000)) == 0x1ff);

} // namespace pagelab::x86
