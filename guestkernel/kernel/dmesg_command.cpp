// dmesg: shows the log, clears it, and says what of it goes to the console.
//
// Options as util-linux' dmesg(1) has them: -r --raw, -c --read-clear, -C --clear, -n
// --console-level (a number or a name), -D --console-off, -E --console-on.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr char const* kLevelNames[] = {"emerg",   "alert",  "crit", "err",
                                       "warning", "notice", "info", "debug"};
constexpr unsigned kLevels = 8;
constexpr unsigned kConsoleOff = 1;
constexpr unsigned kConsoleOn = 7;

struct dmesg_options {
    log_style style = log_style::plain;
    bool reads = true;
    bool clears = false;
};

bool is_option(char const* word, char const* brief, char const* full)
{
    return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

// A name means that level and what is worse.
lib::Result<unsigned> parse_level(char const* text)
{
    for (unsigned level = 0; level < kLevels; level++) {
        if (strcmp(text, kLevelNames[level]) == 0)
            return level + 1;
    }
    uint64_t const number = TRY(parse_number(text));
    if (number < 1 || number > kLevels)
        return lib::Error{"not a level from 1 to 8"};
    return static_cast<unsigned>(number);
}

lib::Result<dmesg_options> parse(int argc, char const* const* argv)
{
    dmesg_options options;
    for (int i = 1; i < argc; i++) {
        char const* const word = argv[i];
        if (is_option(word, "-r", "--raw")) {
            options.style = log_style::raw;
        } else if (is_option(word, "-c", "--read-clear")) {
            options.clears = true;
        } else if (is_option(word, "-C", "--clear")) {
            options.clears = true;
            options.reads = false;
        } else if (is_option(word, "-n", "--console-level") && i + 1 < argc) {
            set_console_loglevel(TRY(parse_level(argv[++i])));
            options.reads = false;
        } else if (is_option(word, "-D", "--console-off")) {
            set_console_loglevel(kConsoleOff);
            options.reads = false;
        } else if (is_option(word, "-E", "--console-on")) {
            set_console_loglevel(kConsoleOn);
            options.reads = false;
        } else {
            return lib::Error{"usage: dmesg [-r] [-c | -C] [-n LEVEL] [-D | -E]"};
        }
    }
    return options;
}

} // namespace

void run_dmesg(int argc, char const* const* argv)
{
    auto const options = parse(argc, argv);
    if (!options) {
        console_printf("dmesg: %s\n", options.error().message);
        return;
    }
    if (options.value().reads)
        console_report(options.value().style == log_style::raw
                           ? [](lib::seq_file& m) { show_log(m, log_style::raw); }
                           : [](lib::seq_file& m) { show_log(m, log_style::plain); });
    if (options.value().clears)
        clear_log();
}

} // namespace pagelab::kernel
