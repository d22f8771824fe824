// For modules' own assembly: instructions that may fault. Source: Linux 6.1
// arch/x86/include/asm/asm.h.
#pragma once

#define EX_TYPE_DEFAULT 1

#define _ASM_EXTABLE(from, to)                                                                     \
    " .pushsection \"__ex_table\", \"a\"\n"                                                        \
    " .balign 4\n"                                                                                 \
    " .long (" #from ") - .\n"                                                                     \
    " .long (" #to ") - .\n"                                                                       \
    " .long 1\n"                                                                                   \
    " .popsection\n"
