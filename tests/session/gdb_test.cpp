// A real GDB on `pagelab boot --gdb`: symbols, breakpoints, watchpoints, registers, the monitor.
#include <cstdio>
#include <cstdlib>
#include <future>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"

using namespace pagelab::session;

namespace {

bool have_gdb()
{
    bool const found = std::system("command -v gdb >/dev/null 2>&1") == 0;
    if (!found)
        MESSAGE("skipped: gdb is not installed");
    return found;
}

struct Debugged {
    std::string gdb;
    Finished program;
};

// Boots with these arguments, and lets GDB do what the script says once it is connected.
Debugged debug(std::string const& arch, std::vector<std::string> arguments,
               std::string const& script)
{
    static int next_port = 20'000 + getpid() % 20'000;
    std::string const port = std::to_string(next_port++);
    arguments.insert(arguments.begin(), {"boot", "--arch", arch, "--gdb", ":" + port});
    auto program = std::async(std::launch::async, [&] { return run_program(arguments); });
    Scratch const scratch;
    std::string const file = scratch.write(
        "script", fmt::format("set pagination off\nset confirm off\nset tcp connect-timeout 60\n"
                              "target remote 127.0.0.1:{}\n{}",
                              port, script));
    std::string const command = fmt::format("timeout 100 gdb -nx -batch -x {} {} 2>&1 </dev/null",
                                            file, kernel_image(arch).string());
    Debugged result;
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c; (c = std::fgetc(pipe)) != EOF;)
        result.gdb += static_cast<char>(c);
    pclose(pipe);
    result.program = program.get();
    return result;
}

bool has(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("breakpoint, backtrace, step, watchpoint and monitor, and the run then ends as ever")
{
    if (!have_gdb())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        Debugged const run = debug(arch, {"--exec", "fault wp", "--exec", "poweroff 7"},
                                   "break fault_write_protect\n"
                                   "continue\n"
                                   "backtrace 2\n"
                                   "info registers cr0\n"
                                   "stepi\n"
                                   "monitor info registers\n"
                                   "delete\n"
                                   "watch -location *(unsigned*)($sp - 64)\n"
                                   "continue\n"
                                   "delete\n"
                                   "continue\n");
        INFO(run.gdb);
        INFO(run.program.err);
        CHECK(has(run.gdb, "Breakpoint 1, "));
        CHECK(has(run.gdb, "fault_write_protect"));
        CHECK(has(run.gdb, "cr0            0x80"));
        CHECK(has(run.gdb, "EFER="));
        CHECK(has(run.gdb, "Hardware watchpoint 2"));
        CHECK(has(run.gdb, "New value = "));
        CHECK(has(run.gdb, "exited with code 07"));
        CHECK(run.program.status == 7);
        CHECK(has(run.program.out, "BUG: unable to handle page fault"));
    }
}

TEST_CASE("with GDB or without: the same run to the instruction")
{
    if (!have_gdb())
        return;
    Scratch const scratch;
    std::vector<std::string> const lines = {"--exec", "cat /proc/buddyinfo", "--exec", "poweroff"};
    auto with_statistics = [&](std::string const& name) {
        std::vector<std::string> all = lines;
        all.insert(all.end(), {"--stats", scratch.path(name)});
        return all;
    };
    std::vector<std::string> alone = with_statistics("alone");
    alone.insert(alone.begin(), {"boot", "--arch", "x86_64"});
    Finished const plain = run_program(alone);
    REQUIRE(plain.status == 0);
    Debugged const run = debug("x86_64", with_statistics("debugged"),
                               "break show_buddyinfo_file\ntbreak kernel_main\ncontinue\ncontinue\n"
                               "backtrace\ndelete\ncontinue\n");
    INFO(run.gdb);
    CHECK(run.program.out == plain.out);
    auto const instructions = [&](std::string const& name) {
        std::string const text = read_text(scratch.path(name));
        size_t const at = text.find("\"instructions\"");
        REQUIRE(at != std::string::npos);
        return text.substr(at, text.find_first_of(",}", at) - at);
    };
    CHECK(instructions("alone") == instructions("debugged"));
}

TEST_CASE("an address that cannot be had is a clear line")
{
    Finished const run = run_program({"boot", "--gdb", "nowhere"});
    CHECK(run.status == 125);
    CHECK(has(run.err, "'nowhere' is no address for gdb: [HOST]:PORT"));
}

TEST_CASE("GDB goes back: to the last write, to the instruction before, to where the record begins")
{
    if (!have_gdb())
        return;
    Debugged const run =
        debug("x86_64", {"--exec", "fault wp", "--exec", "stress 20000 3", "--exec", "poweroff 7"},
              "break fault_write_protect\n"
              "continue\n"
              "monitor record\n"
              "set $start = $pc\n"
              "stepi\n"
              "stepi\n"
              "set $there = $pc\n"
              "stepi\n"
              "reverse-stepi\n"
              "print $pc == $there\n"
              "watch jiffies\n"
              "continue\n"
              "set $ticked = jiffies\n"
              "reverse-continue\n"
              "print jiffies == $ticked - 1 && $pc != $start\n"
              "delete\n"
              "reverse-continue\n"
              "print $pc == $start\n"
              "continue\n");
    INFO(run.gdb);
    CHECK(has(run.gdb, "recording from instruction"));
    CHECK(has(run.gdb, "$1 = 1"));
    CHECK(has(run.gdb, "$2 = true"));
    CHECK(has(run.gdb, "No more reverse-execution history"));
    CHECK(has(run.gdb, "$3 = true"));
    CHECK(run.program.status == 7);
}
