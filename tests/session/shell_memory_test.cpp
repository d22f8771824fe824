// The shell's translation and memory commands on real guests: what is changed, the guest sees.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"

using namespace pagelab::session;

namespace {

std::string shell(std::string const& arch, std::vector<std::string> const& lines)
{
    std::vector<std::string> arguments = {"shell", "--arch", arch};
    for (std::string const& line : lines)
        arguments.insert(arguments.end(), {"-c", line});
    auto const run = run_program(arguments);
    return run.out + run.err;
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

// What "guest 'vmalloc 64K'" begins with: the same in each run.
std::string vmalloc_area(std::string const& arch)
{
    std::string const answer = shell(arch, {"guest 'vmalloc 64K'"});
    return answer.substr(0, answer.find(','));
}

} // namespace

TEST_CASE("shell: a kernel's page tables: areas by name, nothing both writable and executable")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const dump = shell(arch, {"pt"});
        CAPTURE(dump);
        for (char const* area : {"direct map", "text", "rodata", "data"})
            CHECK(has(dump, area));
        CHECK(has(dump, "Checked W+X mappings: passed, no W+X pages found."));
        CHECK(has(shell(arch, {"phys2virt 0x800000"}), "direct map"));
    }
}

TEST_CASE("shell: setpte makes a page of vmalloc writable and executable; pt and why say so")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const area = vmalloc_area(arch);
        std::string const text =
            shell(arch, {"guest 'vmalloc 64K'", "why " + area + " fetch kernel",
                         "setpte " + area + " X 0", "pt wx", "setpte " + area + " W 0",
                         "why " + area + " write kernel", "tlb --stale", "guest 'vcheck'"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "page fault, no execute"));
        CHECK(has(text, "XG-DA---WP -> -G-DA---WP"));
        CHECK(has(text, "FAILED, 1 W+X pages found."));
        CHECK(has(text, "write by kernel: page fault, read-only; error code 0x3"));
        CHECK(has(text, " 0 stale"));
        CHECK(has(text, "vmalloc: ok"));
    }
}

TEST_CASE("shell: the guest reads what is written, also where its code was translated")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const area = vmalloc_area(arch);
        std::string const text = shell(
            arch, {"guest 'vmalloc 64K'", "w /w " + area + " 0x64636261 0x68676665",
                   "hexdump " + area + " 8", "find -s abcdefgh --range " + area + " " + area + "+7",
                   "crc " + area + " 8", "w " + area + "+2 -s XY", "x/s " + area,
                   "wp /b 0x100000 0x5a", "xp/2b 0x100000", "w 0 1"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "61 62 63 64 65 66 67 68"));
        CHECK(has(text, "|abcdefgh|"));
        CHECK(has(text, "1 found"));
        CHECK(has(text, "0xaeef2a50")); // CRC-32 of abcdefgh
        CHECK(has(text, "\"abXYefgh\""));
        CHECK(has(text, "0x100000: 0x5a"));
        CHECK(has(text, "w: address 0x0: not present"));
    }
}

TEST_CASE("shell: what dump wrote, load puts back; what is not RAM stays")
{
    Scratch const folder;
    std::string const file = folder.path("piece.bin");
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const area = vmalloc_area(arch);
        std::string const text =
            shell(arch, {"guest 'vmalloc 64K'", "w " + area + "+4094 -s abcdefgh",
                         "dump " + file + " " + area + "+4094 9", "load " + file + " " + area,
                         "x/s " + area, "load -p " + file + " 0x100000", "xp/s 0x100000",
                         "load -p " + file + " 0xf0000"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, area + ": \"abcdefgh\""));
        CHECK(has(text, "0x100000: \"abcdefgh\""));
        CHECK(has(text, "load: physical address 0xf0000 is not RAM"));
        CHECK(read_text(file) == std::string("abcdefgh\0", 9));
    }
}

TEST_CASE("shell: a walk, and the TLB's copy beside it")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const text = shell(arch, {"walk $rip fetch kernel", "tlb $rip"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "R-X KERN"));
        CHECK(has(text, "fetch by kernel: allowed"));
        CHECK(has(text, "1 entries, 0 stale"));
    }
}

TEST_CASE("shell: an entry that was changed behind the TLB's back is stale")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const walk = shell(arch, {"walk $rip --json"});
        auto const levels = nlohmann::json::parse(walk)["levels"];
        std::string const entry = levels.back()["entry"];
        std::string const text = shell(arch, {"wp /g " + entry + " 0", "tlb --stale $rip"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "a walk now ends with: not present"));
        CHECK(has(text, "1 entries, 1 stale"));
    }
}

TEST_CASE("shell: each CPU has registers, a stack and a TLB of its own")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        auto const run =
            run_program({"shell",     "--arch", arch,       "--cpus",  "2",     "-c",     "cpu 1",
                         "-c",        "bt",     "-c",       "frame 1", "-c",    "locals", "-c",
                         "walk $rip", "-c",     "tlb $rsp", "-c",      "cpu 0", "-c",     "bt"});
        CAPTURE(arch);
        CAPTURE(run.out);
        CHECK(run.status == 0);
        CHECK(has(run.out, "secondary_start"));
        CHECK(has(run.out, "start_secondary"));
        CHECK(has(run.out, "start_secondary:\n  cpu = "));
        CHECK(has(run.out, "idle_thread"));
        CHECK(has(run.out, "1 entries, 0 stale")); // its stack is nobody else's
    }
}

TEST_CASE("shell: instructions, and addresses with their symbols")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const text = shell(arch, {"x/3i kernel_main", "x/2a $rsp", "xp/i 0x100000"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "<kernel_main>:"));
        CHECK(has(text, "xp: instructions are at virtual addresses"));
    }
}

TEST_CASE("shell: the stack of a thread that sleeps has frames with variables")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const text =
            shell(arch, {"bt 1", "frame 4", "locals", "ptype line", "bt", "frame 0"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "1, task_struct"));
        CHECK(has(text, "console_read_line"));
        CHECK(has(text, "run_console:\n  line = "));
        CHECK(has(text, "size_t length;"));
        CHECK(has(text, "cpu_startup_entry"));
    }
}

TEST_CASE("shell: in an exception's handler the interrupted function is on the stack")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        std::string const text =
            shell(arch, {"catch exception 14", "guest 'fault wp'", "delete", "break handle_trap",
                         "continue", "bt --json", "frame 2"});
        CAPTURE(arch);
        CAPTURE(text);
        CHECK(has(text, "error code 0x3"));
        CHECK(has(text, "\"found_by\":\"trap frame\""));
        CHECK(has(text, "#2  "));
        CHECK(has(text.substr(text.rfind("#2  ")), "fault_write_protect"));
    }
}
