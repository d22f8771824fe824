// Modules as a user sees them: insmod, rmmod, lsmod, modinfo, /proc/modules, /sys/module, boot
// --module; what is said of bad ones; that nothing is lost, however often.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "emu/cli/host_view.hpp"
#include "emu/guest/modules.hpp"
#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

std::string module_file(std::string const& arch, std::string const& name)
{
    return built("tests/modules/" + arch + "/" + name + ".ko").string();
}

// A run with these modules lent, and these lines typed.
std::string run(std::string const& arch, std::vector<std::string> const& files,
                std::vector<std::string> const& lines, std::vector<std::string> const& more = {})
{
    std::vector<std::string> arguments = {"boot", "--arch", arch};
    for (auto const& file : files)
        arguments.insert(arguments.end(), {"--file", module_file(arch, file)});
    for (auto const& line : lines)
        arguments.insert(arguments.end(), {"--exec", line});
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto const finished = run_program(arguments);
    CHECK(finished.status == 0);
    return finished.out;
}

bool contains(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

// "check: ok, N pages free"
long free_pages(std::string const& console, unsigned nth)
{
    std::string const answer = answer_to(console, "check", nth);
    REQUIRE(answer.starts_with("check: ok, "));
    return std::stol(answer.substr(11));
}

} // namespace

TEST_CASE("boot --module loads with parameters; rmmod and dmesg see the end")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const out =
            run(arch, {}, {"lsmod", "rmmod params", "dmesg"},
                {"--module", module_file(arch, "params") + ",nr_structs=1000,list=7,,8"});
        std::string const loaded = answer_to(out, "insmod params.ko nr_structs=1000 list=7,8");
        CHECK(contains(loaded, "params: 1 -2 3 -4 1000\n"));
        CHECK(contains(loaded, " 2:7,8,0,0\n"));
        CHECK(answer_to(out, "lsmod") == "Module                  Size  Used by\n"
                                         "params                 12288  0\n");
        CHECK(
            contains(answer_to(out, "dmesg"), "params: loading out-of-tree module taints kernel."));
    }
}

TEST_CASE("/proc/modules, /proc/kallsyms and /sys/module tell of a module")
{
    std::string const folder = "/sys/module/params/";
    std::string const number = folder + "parameters/nr_structs";
    std::string const out =
        run("x86_64", {"params"},
            {"insmod params.ko list=3,4", "cat /proc/modules", "cat /proc/kallsyms",
             "cat " + folder + "refcnt", "cat " + folder + "initstate", "cat " + folder + "taint",
             "cat " + folder + "coresize", "cat " + folder + "sections/.text", "cat " + number,
             "echo 7 > " + number, "cat " + number, "echo x > " + number,
             "echo 7 > " + folder + "parameters/small", "cat " + folder + "parameters/list",
             "cat " + folder + "parameters/hidden", "rmmod params", "cat " + number,
             "cat /proc/modules"});
    CHECK(answer_to(out, "cat /proc/modules") == "params 12288 0 - Live 0xffffffffc0000000 (O)\n");
    CHECK(contains(answer_to(out, "cat /proc/kallsyms"),
                   "ffffffffc0000000 t params_init\t[params]\n"));
    CHECK(answer_to(out, "cat " + folder + "refcnt") == "0\n");
    CHECK(answer_to(out, "cat " + folder + "initstate") == "live\n");
    CHECK(answer_to(out, "cat " + folder + "taint") == "O\n");
    CHECK(answer_to(out, "cat " + folder + "coresize") == "12288\n");
    CHECK(answer_to(out, "cat " + folder + "sections/.text") == "0xffffffffc0000000\n");
    CHECK(answer_to(out, "cat " + number) == "200\n");
    CHECK(answer_to(out, "cat " + number, 1) == "7\n");
    CHECK(contains(answer_to(out, "echo x > " + number), "Invalid argument"));
    CHECK(contains(answer_to(out, "echo 7 > " + folder + "parameters/small"), "Permission denied"));
    CHECK(answer_to(out, "cat " + folder + "parameters/list") == "3,4\n");
    CHECK(contains(answer_to(out, "cat " + folder + "parameters/hidden"), "No such file"));
    CHECK(contains(answer_to(out, "cat " + number, 2), "No such file"));
    CHECK(answer_to(out, "cat /proc/modules", 1).empty());
}

TEST_CASE("the host reads the same modules from memory, and gives addresses the same names")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        StoppedGuest guest(arch, 128 << 20,
                           {"insmod exporter.ko", "insmod user.ko", "cat /proc/modules",
                            "cat /proc/kallsyms", "cat /sys/module/user/sections/.text"},
                           {module_file(arch, "exporter"), module_file(arch, "user")});
        auto const types = guest.types();
        cli::HostView const view(guest.machine(), types);
        auto const report = guest::read_modules(view.kernel());
        REQUIRE_MESSAGE(report.has_value(), report.error().message);
        CHECK(report->damage.empty());
        std::string listed;
        std::string symbols;
        int const width = arch == "i686" ? 8 : 16;
        for (guest::Module const& m : report->modules) {
            listed += fmt::format("{} {} {} {} Live 0x{:0{}x} (O)\n", m.name, m.core.size, m.users,
                                  m.name == "exporter" ? "user," : "-", m.core.base.value, width);
            for (guest::ModuleSymbol const& symbol : m.symbols) {
                std::string const line = fmt::format("{}\t[{}]\n", symbol.name, m.name);
                CHECK(contains(answer_to(guest.console(), "cat /proc/kallsyms"), line));
                symbols += symbol.name + " ";
            }
            CHECK(!m.sections.empty());
        }
        CHECK(listed == answer_to(guest.console(), "cat /proc/modules"));
        CHECK(contains(symbols, "exported_add "));
        guest::Module const& user = report->modules.front();
        CHECK(user.name == "user");
        CHECK(fmt::format("0x{:0{}x}\n", user.sections.front().address.value, width) ==
              answer_to(guest.console(), "cat /sys/module/user/sections/.text"));
        CHECK(guest::describe(*report, user.core.base + 1).value_or("none").ends_with(" [user]"));
    }
}

TEST_CASE("bad modules are refused in Linux' words, and nothing is lost")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const other = arch == "i686" ? "x86_64" : "i686";
        std::vector<std::string> const bad = {"insmod initfail.ko",
                                              "insmod badmagic.ko",
                                              "insmod user.ko",
                                              "insmod params.ko nr_structs=-1",
                                              "insmod initfail.ko error=-12",
                                              "insmod hello.ko",
                                              "insmod none.ko",
                                              "insmod",
                                              "rmmod",
                                              "modinfo",
                                              "rmmod none",
                                              "check"};
        std::vector<std::string> lines;
        for (unsigned i = 0; i < 4; i++) // caches have their size after a few
            lines.insert(lines.end(), bad.begin(), bad.end());
        std::string const out = run(arch, {"badmagic", "user", "initfail", "params"}, lines,
                                    {"--file", module_file(other, "hello")});
        CHECK(contains(answer_to(out, "insmod badmagic.ko"),
                       "badmagic: version magic '6.1.0-9-amd64 SMP preempt mod_unload modversions "
                       "' should be '0.1 SMP preempt mod_unload "));
        CHECK(contains(
            answer_to(out, "insmod badmagic.ko"),
            "insmod: ERROR: could not insert module badmagic.ko: Invalid module format\n"));
        CHECK(contains(answer_to(out, "insmod user.ko"),
                       "user: Unknown symbol exported_add (err -2)\n"));
        CHECK(contains(answer_to(out, "insmod user.ko"), "user.ko: Unknown symbol in module\n"));
        CHECK(contains(answer_to(out, "insmod params.ko nr_structs=-1"),
                       "params: `-1' invalid for parameter `nr_structs'\n"));
        CHECK(contains(answer_to(out, "insmod params.ko nr_structs=-1"), ": Invalid parameters\n"));
        CHECK(contains(answer_to(out, "insmod initfail.ko"), ": No such device\n"));
        CHECK(
            contains(answer_to(out, "insmod initfail.ko error=-12"), ": Cannot allocate memory\n"));
        CHECK(contains(answer_to(out, "insmod hello.ko"), "Invalid architecture in ELF header: "));
        CHECK(answer_to(out, "insmod none.ko") ==
              "insmod: ERROR: could not load module none.ko: No such file or directory\n");
        CHECK(answer_to(out, "insmod") == "insmod: ERROR: missing filename.\n");
        CHECK(answer_to(out, "rmmod") == "rmmod: ERROR: missing module name.\n");
        CHECK(answer_to(out, "modinfo") == "modinfo: ERROR: missing module or filename.\n");
        CHECK(answer_to(out, "rmmod none") ==
              "rmmod: ERROR: Module none is not currently loaded\n");
        CHECK(free_pages(out, 2) == free_pages(out, 3));
    }
}

TEST_CASE("an init that faults gives an oops that names the module, and the kernel goes on")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const out =
            run(arch, {"trouble", "hello"},
                {"insmod trouble.ko warn", "rmmod trouble", "insmod trouble.ko fault",
                 "cat /proc/modules", "rmmod trouble", "insmod hello.ko", "check"});
        std::string const warned = answer_to(out, "insmod trouble.ko warn");
        CHECK(contains(warned, "at trouble.c:42 trouble_warn+0x"));
        CHECK(contains(warned, "Modules linked in: trouble(O+)\n"));
        CHECK(contains(warned, " do_one_initcall+0x"));
        CHECK(contains(warned, " do_init_module+0x"));
        CHECK(contains(warned, " load_module+0x"));
        CHECK(contains(warned, "trouble: none\n"));
        std::string const oops = answer_to(out, "insmod trouble.ko fault");
        CHECK(contains(oops, "BUG: kernel NULL pointer dereference, address: "));
        CHECK(
            contains(oops, arch == "i686" ? "EIP: trouble_init+0x" : "RIP: 0010:trouble_init+0x"));
        CHECK(contains(oops, "Modules linked in: trouble(O+) [last unloaded: trouble(O)]\n"));
        CHECK(oops.ends_with("Killed\n"));
        CHECK(contains(answer_to(out, "cat /proc/modules"), "trouble 12288 1 - Loading 0x"));
        CHECK(answer_to(out, "rmmod trouble", 1) == "rmmod: ERROR: Module trouble is in use\n");
        CHECK(contains(answer_to(out, "insmod hello.ko"), "hello: 42 42 constant 6 6\n"));
        CHECK(answer_to(out, "check").starts_with("check: ok"));
    }
}

TEST_CASE("a thousand times in and out leaves the free memory as it was")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::vector<std::string> lines;
        auto const cycle = [&lines] {
            lines.insert(lines.end(), {"insmod hello.ko", "rmmod hello"});
        };
        for (unsigned i = 0; i < 900; i++)
            cycle(); // then the areas that wait for a purge have all the page tables they need
        lines.emplace_back("check");
        for (unsigned i = 0; i < 1000; i++)
            cycle();
        lines.insert(lines.end(), {"check", "vcheck"});
        std::string const out = run(arch, {"hello"}, lines);
        CHECK(free_pages(out, 0) == free_pages(out, 1));
        CHECK(answer_to(out, "vcheck") == "vmalloc: ok\nkmap: ok\npercpu: ok\n");
    }
}
