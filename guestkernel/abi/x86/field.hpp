// A field of a hardware word, written as the manuals write it: Field<high, low>.
//
//   using PageAddress = Field<51, 12>;      // "bits 51:12"
//   PageAddress::get(entry)                 the field's value, shifted down
//   PageAddress::in_place(entry)            the field's bits, where they are
//   PageAddress::make(value)                value shifted up; bits that do not fit are dropped
#pragma once

#include <stdint.h>

namespace pagelab::x86 {

template<unsigned High, unsigned Low = High>
struct Field {
    static_assert(High < 64 && Low <= High);

    static constexpr unsigned width = High - Low + 1;
    static constexpr uint64_t mask = (~uint64_t{0} >> (64 - width)) << Low;

    static constexpr uint64_t get(uint64_t word) { return (word & mask) >> Low; }
    static constexpr uint64_t in_place(uint64_t word) { return word & mask; }
    static constexpr uint64_t make(uint64_t value) { return (value << Low) & mask; }
    static constexpr bool is_set(uint64_t word) { return (word & mask) != 0; }
};

template<unsigned Position>
using Bit = Field<Position, Position>;

static_assert(Field<51, 12>::mask == 0x000f'ffff'ffff'f000);
static_assert(Field<63, 0>::mask == ~uint64_t{0});
static_assert(Field<7, 4>::get(0xabcd) == 0xc);
static_assert(Field<7, 4>::make(0x1c) == 0xc0);
static_assert(Bit<31>::mask == 0x8000'0000);

} // namespace pagelab::x86
