// The table of keys.
//
// What was asked for is always shown, however quiet the console is. Source: Linux 6.1
// drivers/tty/sysrq.c (__handle_sysrq).
#include "guestkernel/kernel/sysrq.hpp"

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/show_mem.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint64_t kBreakMicroseconds = 5'000'000;
constexpr size_t kHelpSize = 256;
constexpr unsigned kLogLevelDefault = 7; // CONSOLE_LOGLEVEL_DEFAULT

uint64_t break_ends; // when a character is no longer a key; 0: no BREAK came

struct sysrq_key {
    char key;
    char const* help;
    char const* action;
    void (*run)();
};

constexpr sysrq_key kKeys[] = {
    {'b', "reboot(b)", "Resetting", [] { reboot(); }},
    {'c', "crash(c)", "Trigger a crash", [] { panic("sysrq triggered crash"); }},
    {'m', "show-memory-usage(m)", "Show Memory", [] { mm::show_mem(node()); }},
    {'o', "poweroff(o)", "Power Off", [] { power_off(0); }},
};

void print_help()
{
    char text[kHelpSize] = "";
    size_t length = 0;
    for (sysrq_key const& known : kKeys)
        length += static_cast<size_t>(
            lib::snprintf(text + length, sizeof(text) - length, "%s ", known.help));
    printk(log_level::info, "sysrq: HELP : %s\n", text);
}

} // namespace

void handle_sysrq(char key)
{
    unsigned const level = set_console_loglevel(kLogLevelDefault);
    for (sysrq_key const& known : kKeys) {
        if (known.key != key)
            continue;
        printk(log_level::info, "sysrq: %s\n", known.action);
        set_console_loglevel(level);
        known.run();
        return;
    }
    print_help();
    set_console_loglevel(level);
}

void sysrq_break()
{
    break_ends = arch::clock_microseconds() + kBreakMicroseconds;
}

bool sysrq_character(char c)
{
    bool const is_key = break_ends != 0 && arch::clock_microseconds() < break_ends;
    break_ends = 0;
    if (is_key)
        handle_sysrq(c);
    return is_key;
}

lib::Result<> write_sysrq_trigger(char const* text)
{
    if (text[0] == '\0')
        return lib::Error{"which key?"};
    handle_sysrq(text[0]);
    return {};
}

} // namespace pagelab::kernel
