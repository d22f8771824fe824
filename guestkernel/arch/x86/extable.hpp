// Instructions that may fault, and where to go on if they do.
//
// The linker gathers the kernel's entries between __start___ex_table and __stop___ex_table; a
// module's are a section of its file. Source: Linux 6.1 arch/x86/include/asm/extable.h, asm.h
// (_ASM_EXTABLE), extable_fixup_types.h.
#pragma once

#include <stdint.h>

namespace pagelab::arch {

struct exception_table_entry {
    int32_t insn;  // from this member's address
    int32_t fixup; // likewise
    int32_t data;  // what else to do: nothing is done
};
static_assert(sizeof(exception_table_entry) == 12);

inline uintptr_t relative_address(int32_t const& displacement)
{
    return reinterpret_cast<uintptr_t>(&displacement) +
           static_cast<uintptr_t>(static_cast<intptr_t>(displacement));
}

inline uintptr_t ex_insn_addr(exception_table_entry const& entry)
{
    return relative_address(entry.insn);
}

inline uintptr_t ex_fixup_addr(exception_table_entry const& entry)
{
    return relative_address(entry.fixup);
}

} // namespace pagelab::arch

extern "C" pagelab::arch::exception_table_entry const __start___ex_table[], __stop___ex_table[];

#define EXTABLE(from, to)                                                                          \
    ".pushsection __ex_table, \"a\"\n"                                                             \
    ".balign 4\n"                                                                                  \
    ".long (" from ") - .\n"                                                                       \
    ".long (" to ") - .\n"                                                                         \
    ".long 1\n"                                                                                    \
    ".popsection\n"
