// The commands ps, all threads, and sleep.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/sched/timer.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kTextSize = 64 * 64;
constexpr unsigned kLongestSleep = 3'600'000; // milliseconds

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

// "2", "0.5", ".125": milliseconds; 0 if it is nothing like that.
unsigned parse_seconds(char const* text)
{
    unsigned ms = 0;
    unsigned unit = 1000; // what the next digit's 1 is worth
    bool is_fraction = false;
    for (; *text != '\0'; text++) {
        bool const is_digit = *text >= '0' && *text <= '9';
        if ((!is_digit && (*text != '.' || is_fraction)) || ms > kLongestSleep)
            return 0;
        if (!is_digit) {
            is_fraction = true;
        } else if (is_fraction) {
            unit /= 10;
            ms += unit * static_cast<unsigned>(*text - '0');
        } else {
            ms = ms * 10 + unit * static_cast<unsigned>(*text - '0');
        }
    }
    return ms <= kLongestSleep ? ms : 0;
}

} // namespace

void run_sleep(int argc, char const* const* argv)
{
    unsigned const ms = argc > 1 ? parse_seconds(argv[1]) : 0;
    if (ms == 0)
        console_puts("sleep: usage: sleep SECONDS, as 2 or 0.5, at most an hour\n");
    else
        msleep(ms);
}

void run_ps(int, char const* const*)
{
    static table rows;
    rows.length = 0;
    for_each_process(add_row, &rows);
    console_puts("  PID STAT CPU     TIME COMMAND\n");
    console_write(rows.text, rows.length);
}

} // namespace pagelab::kernel
