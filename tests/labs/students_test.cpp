// Modules as students write them for Linux, in many styles: each is built unchanged without a
// warning, does what it should on both widths, and leaves nothing behind.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/labs/lab_guest.hpp"

using namespace pagelab;
using namespace pagelab::labs;

namespace {

using Lines = std::vector<std::string>;

struct Program {
    char const* module;
    char const* seconds; // it runs
    Lines expected;      // among the lines of its log, in this order
};

Program const kPrograms[] = {
    {"birthdays",
     "0",
     {"birthday: 01.02.1991", "birthday: 05.10.1995", "even day: 4", "even day: 2",
      "freed 5, empty: 1"}},
    {"prodcons", "0.1", {"consumed 200 items, sum 20100", "stopped"}},
    {"ticker",
     "0.7",
     {"timer fired 5 times", "hrtimer active: 1", "hrtimer fired often: 1, early: 0"}},
    {"deferred",
     "0.2",
     {"old tasklet: 42, in softirq: 1", "job 0, may sleep: 1", "job 1, may sleep: 1",
      "job 2, may sleep: 1", "late work", "tasklets ran 2 times"}},
    {"locks",
     "0",
     {"spin 1000 bh 1000 irq 1000 mutex 1000 rw 1000 sem 1000 seq 1000 atomic 1000 "
      "torn 0",
      "bye"}},
    {"wordtree", "0", {"500 numbers, 0 out of order", "odd numbers left: 0"}},
    {"cachetest", "0", {"64 sessions, 0 not constructed, aligned: 1", "cache destroyed"}},
    {"percpustat", "0", {"per CPU: hits 100 bytes 1000 calls 1 moved 0"}},
    {"notify",
     "0",
     {"log: action 1, door north", "guard: alarm at south", "stopped: 1",
      "log: action 7, door bell", "unknown block: -2"}},
    {"rcuconf", "0.1", {"freed 60, wrong 0, read: 1"}},
    {"users", "0", {"40 users, 1017 is user17, 7 is nobody", "released 40"}},
    {"nofault",
     "0",
     {"peek: 0, 4711", "peek at 8: -14", "get_kernel_nofault: 0, 4711", "at 16: -34",
      "behind an area: -14", "not copied: 16", "from user: 16, 0"}},
    {"tickets",
     "0",
     {"reused 60, sum 45810, result 0, 40 is gone, 11 is 11", "none between 10 and 12: -28",
      "replaced: 11, missing: -2", "seats 4950, then 70 and 7, full: -28",
      "bad 0, sum 64, left 33, busy -16, old 2", "handle 3, bad 0, none: -16",
      "freed 286, empty 1 1"}},
    {"queue",
     "0",
     {"in 8, full 1, len 8, avail 0", "out 7: defghkl", "size 128, 2 numbers, second 1",
      "peeked 4, 5 left", "wrong 0", "queue gone"}},
};

bool has_in_order(Lines const& log, Lines const& expected)
{
    auto at = log.begin();
    for (std::string const& line : expected) {
        at = std::find(at, log.end(), line);
        if (at == log.end())
            return false;
    }
    return true;
}

void run_program(LabGuest& guest, Program const& program)
{
    guest.take_log();
    CHECK(guest.ask(fmt::format("insmod {}.ko", program.module)) == "");
    guest.ask(fmt::format("sleep {}", program.seconds));
    CHECK(guest.ask(fmt::format("rmmod {}", program.module)) == "");
    Lines const log = guest.take_log();
    CAPTURE(fmt::format("{}", fmt::join(log, "\n")));
    CHECK(has_in_order(log, program.expected));
    for (std::string const& line : log)
        CHECK_MESSAGE((!line.starts_with("BUG") && !line.starts_with("WARNING")), line);
}

std::string squares()
{
    std::string text;
    for (int i = 0; i < 1000; i++)
        text += fmt::format("{} squared is {}\n", i, i * i);
    return text;
}

void use_proc_files(LabGuest& guest)
{
    CHECK(guest.ask("insmod procfile.ko") == "");
    CHECK(guest.ask("cat /proc/notes") == "");
    CHECK(guest.ask("echo buy milk > /proc/notes") == "");
    CHECK(guest.ask("echo sleep > /proc/notes") == "");
    CHECK(guest.ask("cat /proc/notes") == "note: buy milk\nnote: sleep\n");
    CHECK(guest.ask("echo a line that is far too long for a note > /proc/notes")
              .find("Invalid argument") != std::string::npos);
    CHECK(guest.ask("ls /proc/student") == "squares\nmessage\n");
    CHECK(guest.ask("cat /proc/student/squares") == squares());
    CHECK(guest.ask("cat /proc/student/message") == "nothing yet\n");
    CHECK(guest.ask("echo hello > /proc/student/message") == "");
    CHECK(guest.ask("cat /proc/student/message") == "hello\n");
    CHECK(guest.ask("echo x > /proc/student/squares").find("Input/output error") !=
          std::string::npos);
    CHECK(guest.ask("rmmod procfile") == "");
    CHECK(guest.ask("cat /proc/notes") ==
          "cat: can't open '/proc/notes': No such file or directory\n");
    CHECK(guest.ask("ls /proc").find("notes") == std::string::npos);
}

void use_debug_files(LabGuest& guest)
{
    std::string const folder = "/sys/kernel/debug/student/";
    auto const file = [&](std::string const& name) { return guest.ask("cat " + folder + name); };
    auto const set = [&](std::string const& text) { return guest.ask("echo " + text); };
    guest.take_log();
    CHECK(guest.ask("insmod debugdir.ko").ends_with("already present!\n")); // KERN_ERR
    Lines const log = guest.take_log();
    CHECK(has_in_order(
        log, {"debugfs: Directory 'student' in directory '/' already present!", "again: -17"}));
    CHECK(guest.ask("ls /sys/kernel/debug/student") ==
          "level\nmask\nlimit\nloud\nevents\nsummary\ndoubled\nnote\n");
    CHECK(file("level") == "3\n");
    CHECK(file("mask") == "0x2a\n");
    CHECK(file("limit") == "1099511627776\n");
    CHECK(file("loud") == "N\n");
    CHECK(file("events") == "-4\n");
    CHECK(set("0x11 > " + folder + "level") == "");
    CHECK(set("on > " + folder + "loud") == "");
    CHECK(set("-7 > " + folder + "events") == "");
    CHECK(file("events") == "-7\n");
    CHECK(file("summary") == "level 17, loud 1, data something\n");
    CHECK(set("1 > " + folder + "mask").find("Permission denied") != std::string::npos);
    CHECK(set("1 > " + folder + "summary").find("Invalid argument") != std::string::npos);
    CHECK(set("maybe > " + folder + "loud").find("Invalid argument") != std::string::npos);
    CHECK(set("21 > " + folder + "doubled") == "");
    CHECK(file("doubled") == "42\n");
    CHECK(set("1001 > " + folder + "doubled").find("result out of range") != std::string::npos);
    CHECK(set("remember > " + folder + "note") == "");
    CHECK(file("note") == "remember\n");
    CHECK(guest.ask("rmmod debugdir") == "");
    CHECK(file("note").find("No such file or directory") != std::string::npos);
}

void run_all(std::string const& arch, unsigned cpus)
{
    INFO(arch, ", ", cpus, " CPUs");
    LabGuest guest({arch, cpus, "slub"});
    for (Program const& program : kPrograms) {
        CAPTURE(std::string(program.module));
        check_nothing_is_lost(guest, [&] { run_program(guest, program); });
    }
    check_nothing_is_lost(guest, [&] { use_proc_files(guest); });
    check_nothing_is_lost(guest, [&] { use_debug_files(guest); });
    CHECK(guest.ask("check").find("check: ok") == 0);
}

} // namespace

TEST_CASE("students' modules on x86_64")
{
    run_all("x86_64", 1);
    run_all("x86_64", 4);
}

TEST_CASE("students' modules on i686")
{
    run_all("i686", 1);
    run_all("i686", 4);
}

// Source: Linux 6.1 init/main.c (do_one_initcall).
TEST_CASE("an init that leaves preemption and interrupts off gets one warning for both")
{
    for (char const* arch : {"x86_64", "i686"}) {
        CAPTURE(std::string(arch));
        LabGuest guest({arch, 1, "slub"});
        guest.take_log();
        guest.ask("insmod careless.ko");
        Lines const log = guest.take_log();
        CHECK(std::ranges::count_if(log, [](std::string const& line) {
                  return line.starts_with("WARNING: CPU: 0 PID: ");
              }) == 1);
        CHECK(std::ranges::any_of(log, [](std::string const& line) {
            return line.find(" at kernel/module/load_module.cpp:") != std::string::npos &&
                   line.find(" do_one_initcall+0x") != std::string::npos;
        }));
        CHECK(std::ranges::any_of(log, [](std::string const& line) {
            return line.starts_with("initcall careless_init+0x0/0x") &&
                   line.ends_with(
                       " [careless] returned with preemption imbalance disabled interrupts ");
        }));
        CHECK(guest.ask("rmmod careless") == "");
    }
}
