// Selectors, segment descriptors, gates and task state segments.
//
// A descriptor of code, data, or a 32-bit gate is one 64-bit word. In 64-bit mode a gate and a
// system descriptor (TSS, LDT) take two words; the second holds bits 63:32 of the offset or base.
// Limits are in bytes when Granularity is clear, else in 4 KiB pages.
//
// Source: Intel SDM volume 3, sections 3.4.2 (selectors), 3.4.5 (descriptors, figure 3-8), 3.5
// (system types, table 3-2), 6.11 and 6.14.1 (gates), 8.2.1 and 8.7 (task state segments).
#pragma once

#include <stdint.h>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::x86 {

namespace selector {
using Index = Field<15, 3>;
using TableIndicator = Bit<2>; // 1: the local table
using RequestedPrivilege = Field<1, 0>;
} // namespace selector

namespace descriptor {
using LimitLow = Field<15, 0>;
using BaseLow = Field<39, 16>;
using Type = Field<43, 40>;
using NotSystem = Bit<44>; // 1: code or data
using PrivilegeLevel = Field<46, 45>;
using Present = Bit<47>;
using LimitHigh = Field<51, 48>;
using Long = Bit<53>;        // 64-bit code
using DefaultSize = Bit<54>; // 32-bit operands, stack pointer
using Granularity = Bit<55>;
using BaseHigh = Field<63, 56>;

constexpr uint64_t base(uint64_t word)
{
    return BaseLow::get(word) | BaseHigh::get(word) << 24;
}

// The highest valid offset, in bytes.
constexpr uint64_t limit(uint64_t word)
{
    uint64_t const raw = LimitLow::get(word) | LimitHigh::get(word) << 16;
    return Granularity::is_set(word) ? raw << 12 | 0xfff : raw;
}
} // namespace descriptor

// Types of system descriptors and gates (the same numbers mean the 64-bit forms in long mode).
inline constexpr uint64_t kTypeTaskGate = 0x5;
inline constexpr uint64_t kTypeTssAvailable = 0x9;
inline constexpr uint64_t kTypeTssBusy = 0xb;
inline constexpr uint64_t kTypeInterruptGate = 0xe; // clears IF on entry
inline constexpr uint64_t kTypeTrapGate = 0xf;

namespace gate {
using OffsetLow = Field<15, 0>;
using Selector = Field<31, 16>;
using StackTable = Field<34, 32>; // 64-bit mode: index of an interrupt stack, 0 for none
using Type = Field<43, 40>;
using PrivilegeLevel = Field<46, 45>;
using Present = Bit<47>;
using OffsetMiddle = Field<63, 48>;
using OffsetHigh = Field<31, 0>; // in the second word of a 64-bit gate

constexpr uint64_t make(uint64_t offset, uint16_t selector, uint64_t type, unsigned privilege,
                        unsigned stack = 0)
{
    return OffsetLow::make(offset) | Selector::make(selector) | StackTable::make(stack) |
           Type::make(type) | PrivilegeLevel::make(privilege) | Present::mask |
           OffsetMiddle::make(offset >> 16);
}

constexpr uint64_t make_high(uint64_t offset)
{
    return OffsetHigh::make(offset >> 32);
}

// `high` is 0 for a 32-bit gate.
constexpr uint64_t offset(uint64_t low, uint64_t high = 0)
{
    return OffsetLow::get(low) | OffsetMiddle::get(low) << 16 | OffsetHigh::get(high) << 32;
}
} // namespace gate

// The flat segments every protected-mode kernel uses: base 0, limit 4 GiB, accessed.
inline constexpr uint64_t kFlatCode32 = 0x00cf'9b00'0000'ffff;
inline constexpr uint64_t kFlatCode64 = 0x00af'9b00'0000'ffff;
inline constexpr uint64_t kFlatData = 0x00cf'9300'0000'ffff;

// A present, available TSS at `base`; in 64-bit mode the next word is base >> 32.
constexpr uint64_t tss_descriptor(uint64_t base, uint64_t byte_limit)
{
    return descriptor::LimitLow::make(byte_limit) | descriptor::LimitHigh::make(byte_limit >> 16) |
           descriptor::BaseLow::make(base) | descriptor::BaseHigh::make(base >> 24) |
           descriptor::Type::make(kTypeTssAvailable) | descriptor::Present::mask;
}

// SDM figure 8-2. Only the low 16 bits of selector words count.
struct Tss32 {
    uint32_t previous_task, esp0, ss0, esp1, ss1, esp2, ss2;
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t debug_trap, io_map_base;
};

// SDM figure 8-11. rsp[0..2] for privilege levels, ist[0..6] for StackTable 1..7.
struct [[gnu::packed]] Tss64 {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map_base;
};

// What LGDT, LIDT, SGDT and SIDT move (section 2.4): limit first, then 4 or 8 bytes of base.
template<class Word>
struct [[gnu::packed]] TableRegister {
    uint16_t limit;
    Word base;
};

static_assert(sizeof(Tss32) == 104 && sizeof(Tss64) == 104);
static_assert(sizeof(TableRegister<uint32_t>) == 6 && sizeof(TableRegister<uint64_t>) == 10);
static_assert(descriptor::base(kFlatCode32) == 0 && descriptor::limit(kFlatData) == 0xffff'ffff);
static_assert(descriptor::Long::is_set(kFlatCode64) && descriptor::DefaultSize::is_set(kFlatData));
static_assert(descriptor::base(tss_descriptor(0xc123'4567, 0x67)) == 0xc123'4567);
static_assert(descriptor::limit(tss_descriptor(0xc123'4567, 0x67)) == 0x67);
static_assert(gate::make(0xc010'0020, 0x10, kTypeInterruptGate, 0) == 0xc010'8e00'0010'0020);
static_assert(gate::offset(gate::make(0xffff'ffff'8100'0040, 0x10, kTypeTrapGate, 3, 1),
                           gate::make_high(0xffff'ffff'8100'0040)) == 0xffff'ffff'8100'0040);
static_assert(selector::Index::get(0x1b) == 3 && selector::RequestedPrivilege::get(0x1b) == 3);

} // namespace pagelab::x86
