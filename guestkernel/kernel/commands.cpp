// The console's commands.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/sched/kthreadd.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr int kMaxWords = 32;
constexpr char kConsoleComm[] = "sh"; // of its thread, but while a command runs
constexpr size_t kLineSize = 256;

void run_poweroff(int argc, char const* const* argv)
{
    uint64_t status = 0;
    if (argc > 1) {
        auto const number = parse_number(argv[1]);
        if (!number || number.value() > 255) {
            console_printf("poweroff: %s: not a status from 0 to 255\n", argv[1]);
            return;
        }
        status = number.value();
    }
    power_off(static_cast<unsigned char>(status));
}

void run_panic(int, char const* const*)
{
    panic("asked for at the console");
}

void run_reboot(int, char const* const*)
{
    reboot();
}

void run_help(int argc, char const* const* argv);

constexpr command kCommands[] = {
    {"alloc",
     "ORDER [GFP]       take 2^ORDER pages (GFP: kernel atomic dma dma32 highuser movable)",
     run_alloc},
    {"cat", "FILE...           print files of /proc", run_cat},
    {"check", "                  verify the page allocator's lists", run_check},
    {"churn",
     "N [SEED]          N random steps on all memory, keeping what is held; 0: give it back",
     run_churn},
    {"dmesg",
     "[-r] [-c|-C] [-n LEVEL]  print the log (-r: with levels); clear it; set what is shown",
     run_dmesg},
    {"echo", "[WORD...] [> FILE]  print words, or write them to a file of /proc", run_echo},
    {"fault", "null|gp|ud|wp|nx|stack|irqstack|div   provoke an exception: an oops", run_fault},
    {"free", "PFN               give back what alloc took", run_free},
    {"help", "                  print this", run_help},
    {"hexdump", "-C [-s OFFSET] [-n LENGTH] FILE   the bytes of a file of /proc", run_hexdump},
    {"insmod", "FILE [NAME=VALUE...]  load a module", run_insmod},
    {"kmalloc", "SIZE [GFP]        take memory by kmalloc; free it with slab free", run_kmalloc},
    {"kmap", "PFN               map a page of high memory; prints its first word", run_kmap},
    {"kunmap", "PFN               undo kmap", run_kunmap},
    {"ls", "[-l] [DIRECTORY]  list / or what is in it; where links lead", run_ls},
    {"lsmod", "                  list the modules", run_lsmod},
    {"modinfo", "FILE...           what a module says of itself", run_modinfo},
    {"pagecache", "[fill|write SIZE, drop]  fill the page cache by reading or writing a file",
     run_pagecache},
    {"panic", "                  panic", run_panic},
    {"poweroff", "[STATUS]          end the run", run_poweroff},
    {"ps", "                  list the threads", run_ps},
    {"reboot", "                  reset the machine", run_reboot},
    {"rmmod", "NAME...           remove modules", run_rmmod},
    {"selftest", "[SUITE|all [SEED [STEPS]]]  test the memory manager; prints KTAP", run_selftest},
    {"slab", "create|alloc|free|...   caches and their objects; alone: how to use it", run_slab},
    {"sleep", "SECONDS           wait, as 0.5, while other threads run", run_sleep},
    {"stress", "N SEED            N random allocations and frees, then check", run_stress},
    {"vcheck", "                  verify vmalloc, kmap and per-CPU memory", run_vcheck},
    {"vfree", "ADDRESS           give back what vmalloc took", run_vfree},
    {"vmalloc", "SIZE              take that much, as 64K, mapped page by page", run_vmalloc},
};

void run_help(int, char const* const*)
{
    for (command const& c : kCommands)
        console_printf("%-9s %s\n", c.name, c.usage);
}

// Cuts the line at its spaces. Words beyond the last that fits are dropped.
int split_words(char* line, char const** words)
{
    int count = 0;
    while (count < kMaxWords) {
        while (*line == ' ')
            line++;
        if (*line == '\0')
            break;
        words[count++] = line;
        while (*line != '\0' && *line != ' ')
            line++;
        if (*line == ' ')
            *line++ = '\0';
    }
    return count;
}

void run_line(char* line)
{
    char const* words[kMaxWords];
    int const count = split_words(line, words);
    if (count == 0)
        return;
    for (command const& c : kCommands) {
        if (strcmp(c.name, words[0]) == 0) {
            set_task_comm(get_current(), words[0]);
            c.run(count, words);
            set_task_comm(get_current(), kConsoleComm);
            return;
        }
    }
    console_printf("%s: not found\n", words[0]);
}

} // namespace

void run_console()
{
    char line[kLineSize];
    set_task_comm(get_current(), kConsoleComm);
    for (;;) {
        console_puts("/ # ");
        console_read_line(line, sizeof(line));
        run_line(line);
        wait_for_kthreadd(); // what nobody needs before the first report; the next counts it
    }
}

} // namespace pagelab::kernel
