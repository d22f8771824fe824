// Changing this CPU's data without a lock and with interrupts on: sequences that begin again when
// they are interrupted.
//
//   start   mov cpu_number, head       what is needed is read
//           mov (head), object
//           mov (object), next
//           mov next, (head)           one last store makes the change
//   end
//
// Whoever comes between (a handler; after it another thread; after that the same thread, perhaps on
// another CPU) finds nothing changed, and may change what was read: so the entry of interrupts
// sends an interrupted sequence back to its start. It costs nothing when no interrupt comes. Linux'
// fast paths get the same by a transaction number and cmpxchg16b (mm/slub.c, slab_alloc_node); what
// it offers to user mode as rseq(2) is this.
//
// Stores before the last must not matter when they are done again or too early.
#pragma once

#include <stdint.h>

namespace pagelab::lib {

struct restartable {
    uintptr_t start;
    uintptr_t end; // behind the last store
};

// Where an interrupt at `ip` returns to.
inline uintptr_t restart_address(restartable const* first, restartable const* last, uintptr_t ip)
{
    for (restartable const* sequence = first; sequence != last; sequence++) {
        if (ip > sequence->start && ip < sequence->end)
            return sequence->start;
    }
    return ip;
}

} // namespace pagelab::lib

#if !__STDC_HOSTED__

extern "C" pagelab::lib::restartable const __start___restartable[], __stop___restartable[];

#ifdef __x86_64__
#define RESTARTABLE_ENTRY ".quad"
#else
#define RESTARTABLE_ENTRY ".long"
#endif

// Assembly text, which may be left by a jump before its last store.
#define RESTARTABLE(code)                                                                          \
    "661: " code "\n662:\n"                                                                        \
    ".pushsection __restartable, \"a\"\n" RESTARTABLE_ENTRY " 661b, 662b\n.popsection"

#endif
