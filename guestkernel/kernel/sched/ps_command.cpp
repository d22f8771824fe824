// The command ps: all threads.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kTextSize = 64 * 64;

struct table {
    char text[kTextSize];
    size_t length;
};

// As procps' "ps -eo pid,stat,cpuid,time,comm" has it.
void add_row(void* context, task_struct& p)
{
    table& t = *static_cast<table*>(context);
    bool const is_kernels = (p.flags & PF_KTHREAD) != 0;
    unsigned long const seconds = p.stime / HZ;
    int const written = lib::snprintf(
        t.text + t.length, kTextSize - t.length, "%5d %c    %3u %4lu:%02lu.%02lu %s%s%s\n", p.pid,
        task_state_to_char(p), unsigned{p.cpu}, seconds / 60, seconds % 60, p.stime % HZ * 100 / HZ,
        is_kernels ? "[" : "", p.comm, is_kernels ? "]" : "");
    t.length += static_cast<size_t>(written);
    if (t.length >= kTextSize)
        t.length = kTextSize - 1;
}

} // namespace

void run_ps(int, char const* const*)
{
    static table rows;
    rows.length = 0;
    for_each_process(add_row, &rows);
    console_puts("  PID STAT CPU     TIME COMMAND\n");
    console_write(rows.text, rows.length);
}

} // namespace pagelab::kernel
