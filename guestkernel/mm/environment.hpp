// What the memory manager asks of the world around it, as a table of functions.
//
// The kernel fills one and lends it to the node (free_area_config::env); it outlives the node. On
// the host a test fills what it needs. A function that is null is never called: kBareEnvironment
// has one CPU, memory that cannot be touched, a clock that stands still, and nobody who listens.
#pragma once

#include <stdarg.h>
#include <stdint.h>

#include "guestkernel/lib/log_level.hpp"

namespace pagelab::mm {

struct page;
using lib::log_level;

inline constexpr unsigned PF_MEMALLOC = 0x800; // frees memory, for which it may use all of it

struct environment {
    uint64_t (*clock)(); // nanoseconds since boot

    // Runs function(argument) on every CPU, with interrupts off, and waits for all of them.
    void (*on_each_cpu)(void (*function)(void*), void* argument);

    // The page's bytes: its address in the direct map, or null for a page without one (high
    // memory).
    void* (*page_address)(page const& p);
    // The page that has this address in the direct map; null for other addresses.
    page* (*virt_to_page)(void const* address);
    // A short-lived mapping of any page; unmapped in reverse order.
    void* (*kmap_local_page)(page& p);
    void (*kunmap_local)(void const* address);

    // One or more whole lines, each ending in '\n'; all of one call get one time stamp.
    void (*vprintk)(log_level level, char const* format, va_list arguments);
    void (*dump_stack)();       // "Call Trace:" and what follows
    char const* (*task_name)(); // of whoever asks for memory: Linux' current->comm
    unsigned& (*task_flags)();  // and its current->flags, of which mm uses PF_MEMALLOC
    void (*wake_kswapd)();      // have somebody call kswapd_run() soon; null: nobody will
    void (*panic)(char const*); // does not return in a kernel
};

inline constexpr environment kBareEnvironment = {
    .clock = [] { return uint64_t{0}; },
    .on_each_cpu = [](void (*function)(void*), void* argument) { function(argument); },
    .page_address = nullptr,
    .virt_to_page = nullptr,
    .kmap_local_page = nullptr,
    .kunmap_local = nullptr,
    .vprintk = nullptr,
    .dump_stack = nullptr,
    .task_name = [] { return "swapper/0"; },
    .task_flags = []() -> unsigned& {
        static unsigned flags;
        return flags;
    },
    .wake_kswapd = nullptr,
    .panic = nullptr,
};

// Does nothing where nobody listens.
[[gnu::format(printf, 3, 4)]] inline void printk(environment const& env, log_level level,
                                                 char const* format, ...)
{
    if (env.vprintk == nullptr)
        return;
    va_list arguments;
    va_start(arguments, format);
    env.vprintk(level, format, arguments);
    va_end(arguments);
}

} // namespace pagelab::mm
