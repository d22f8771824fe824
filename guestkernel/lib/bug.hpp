// WARN: an instruction that no CPU has, and a table that says where each of them is and why.
//
// UD2 raises #UD, whose entry saves the registers as they were; the code before it pays nothing.
// The linker gathers the entries between __start___bug_table and __stop___bug_table. On the host
// nothing traps: a test sees the message.
//
// Source: Linux 6.1 arch/x86/include/asm/bug.h, include/asm-generic/bug.h (struct bug_entry with
// relative pointers, BUGFLAG_*).
#pragma once

#include <stdint.h>

namespace pagelab::lib {

inline constexpr unsigned kUd2Length = 2; // bytes: 0f 0b

#define BUGFLAG_WARNING 1     // go on behind it
#define BUGFLAG_ONCE 2        // report only the first
#define BUGFLAG_DONE 4        // there was a first
#define BUGFLAG_NO_CUT_HERE 8 // its message, already printed, began with "cut here"

struct bug_entry {
    int32_t bug_addr_disp; // of the UD2, from this member's address
    int32_t file_disp;     // of the file's name, likewise
    uint16_t line;
    uint16_t flags;
};
static_assert(sizeof(bug_entry) == 12);

inline uintptr_t bug_addr(bug_entry const& bug)
{
    return reinterpret_cast<uintptr_t>(&bug.bug_addr_disp) +
           static_cast<uintptr_t>(static_cast<intptr_t>(bug.bug_addr_disp));
}

inline char const* bug_file(bug_entry const& bug)
{
    return reinterpret_cast<char const*>(&bug.file_disp) + bug.file_disp;
}

} // namespace pagelab::lib

extern "C" pagelab::lib::bug_entry __start___bug_table[], __stop___bug_table[];

#if __STDC_HOSTED__
#define BUG_TRAP(flags) static_cast<void>(flags)
#else
#define BUG_TRAP(flags)                                                                            \
    asm volatile("1: ud2\n"                                                                        \
                 ".pushsection __bug_table, \"aw\"\n"                                              \
                 ".long 1b - .\n"                                                                  \
                 ".long %c0 - .\n"                                                                 \
                 ".word %c1, %c2\n"                                                                \
                 ".popsection"                                                                     \
                 :                                                                                 \
                 : "i"(__FILE__), "i"(__LINE__), "i"(flags))
#endif

// Linux' WARN with a message: `print`, called with it, a whole line, begins with "cut here". The
// place that is reported is that of this macro.
#define WARN_BY(print, ...)                                                                        \
    ({                                                                                             \
        print(__VA_ARGS__);                                                                        \
        BUG_TRAP(BUGFLAG_WARNING | BUGFLAG_NO_CUT_HERE);                                           \
    })

// Whether the condition holds; the first time that it does is reported.
#define WARN_ON_ONCE(condition)                                                                    \
    ({                                                                                             \
        bool const holds = (condition);                                                            \
        if (holds) [[unlikely]] {                                                                  \
            BUG_TRAP(BUGFLAG_WARNING | BUGFLAG_ONCE);                                              \
        }                                                                                          \
        holds;                                                                                     \
    })
