// Flags in words, as Linux' %pGg, %pGp and %pGv print them: "GFP_KERNEL|__GFP_ZERO",
// "0x200(slab|node=0|zone=1)".
//
// All write at most size - 1 characters and a NUL, and return `buffer`; kFlagTextSize is enough.
// Source: Linux 6.1 include/trace/events/mmflags.h, lib/vsprintf.c (flags_string).
#pragma once

#include "guestkernel/mm/gfp.hpp"
#include "guestkernel/mm/page.hpp"

namespace pagelab::mm {

inline constexpr size_t kFlagTextSize = 256;

// What has no name follows as a number.
char const* format_gfp_flags(char* buffer, size_t size, gfp_t gfp);

// Of page::flags.
char const* format_page_flags(char* buffer, size_t size, unsigned long flags);

// Of a vm_area_struct.
char const* format_vma_flags(char* buffer, size_t size, unsigned long flags);

} // namespace pagelab::mm
