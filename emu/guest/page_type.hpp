// The page_type word of a struct page: what kind of page it is, where flags do not say.
//
//   1111 0000 ... | bits, each 0 for a page of its kind      0xffffffff: none
//
// Source: Linux 6.1 include/linux/page-flags.h (PAGE_TYPE_BASE, PG_buddy, PG_table).
#pragma once

#include <cstdint>

namespace pagelab::guest {

enum class PageType : uint64_t { Buddy = 0x80, Table = 0x200 };

// word: page_type as stored.
constexpr bool has_type(uint64_t word, PageType type)
{
    constexpr uint64_t kBase = 0xf000'0000;
    return (word & (kBase | static_cast<uint64_t>(type))) == kBase;
}
static_assert(has_type(0xffff'ff7f, PageType::Buddy) && !has_type(0xffff'ff7f, PageType::Table));
static_assert(!has_type(0xffff'ffff, PageType::Buddy) && !has_type(0, PageType::Buddy));

} // namespace pagelab::guest
