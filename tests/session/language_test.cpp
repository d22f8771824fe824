// Types, expressions, code and stacks of both kernels, as the shell shows them.
#include <doctest/doctest.h>

#include "tests/session/program.hpp"

using pagelab::session::Finished;
using pagelab::session::run_program;

namespace {

constexpr char const* kArchs[] = {"i686", "x86_64"};

// Each line's own output: they are run in one session.
std::vector<std::string> outputs(std::string const& arch, std::vector<std::string> const& lines)
{
    std::vector<std::string> arguments = {"shell", "--arch", arch};
    for (std::string const& line : lines) {
        arguments.insert(arguments.end(), {"-c", line});
        arguments.insert(arguments.end(), {"-c", "print \"'Z'\""});
    }
    Finished const finished = run_program(arguments);
    CHECK(finished.err == "");
    CHECK(finished.status == 0);
    std::vector<std::string> result;
    std::string rest = finished.out;
    constexpr std::string_view kEnd = "90 'Z'\n";
    for (auto at = rest.find(kEnd); at != rest.npos; at = rest.find(kEnd)) {
        result.push_back(rest.substr(0, at));
        rest.erase(0, at + kEnd.size());
    }
    REQUIRE(result.size() == lines.size());
    return result;
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("expressions over the kernel's own structures")
{
    for (char const* arch : kArchs) {
        CAPTURE(std::string(arch));
        bool const is_wide = std::string_view(arch) == "x86_64";
        auto const out =
            outputs(arch, {"print contig_page_data.node_zones[0].name", "print init_task.comm",
                           "print sizeof(void*) == sizeof init_task.stack", "print/x 10+0x10",
                           "print (char)init_task.comm[0]",
                           "p contig_page_data.node_zones[0]._watermark[0]@2",
                           "print &init_task.pid", "print init_task.nivcsw < 1", "print schedule",
                           "print sizeof(struct list_head)"});
        CHECK(contains(out[0], " \"DMA\"\n"));
        CHECK(out[1] == "\"swapper/0\"\n");
        CHECK(out[2] == "1\n");
        CHECK(out[3] == "0x1a\n");
        CHECK(out[4] == "115 's'\n");
        CHECK(out[5].starts_with("{"));
        CHECK(contains(out[6], "<init_task+0x8>"));
        CHECK(contains(out[8], "<schedule>\n"));
        CHECK(out[9] == (is_wide ? "16\n" : "8\n"));
    }
}

TEST_CASE("declarations and layouts")
{
    for (char const* arch : kArchs) {
        CAPTURE(std::string(arch));
        auto const out = outputs(arch, {"ptype list_head", "struct list_head -o",
                                        "whatis contig_page_data.node_zones[0].name",
                                        "struct list_head &task_list"});
        CHECK(out[0] == "struct list_head {\n    list_head *next;\n    list_head *prev;\n};\n");
        CHECK(contains(out[1], "    list_head *next;"));
        CHECK(contains(out[1], std::string_view(arch) == "x86_64" ? "/*     8     8 */"
                                                                  : "/*     4     4 */"));
        CHECK(out[2] == "const char *\n");
        CHECK(out[3].starts_with("{next = 0x"));
    }
}

TEST_CASE("symbols, lines and instructions")
{
    for (char const* arch : kArchs) {
        CAPTURE(std::string(arch));
        auto const out = outputs(arch, {"sym schedule", "sym schedule+1", "list schedule -c 3",
                                        "disas schedule 2", "disas $pc 1", "sym __switch_to_asm"});
        CHECK(contains(out[0], "  schedule+0x0/0x"));
        CHECK(contains(out[0], "  .text  "));
        CHECK(contains(out[0], "guestkernel/kernel/sched/core.cpp:"));
        CHECK(contains(out[1], "  schedule+0x1/0x"));
        CHECK(contains(out[2], "exports/sched.cpp:"));
        CHECK(contains(out[2], "\n=>  "));
        CHECK(contains(out[3], "<schedule>:"));
        CHECK(contains(out[3], "push"));
        CHECK(out[4].starts_with("=>"));
        CHECK(contains(out[5], "switch_to.S:"));
    }
}

TEST_CASE("stacks of the CPU and of a sleeping thread")
{
    for (char const* arch : kArchs) {
        CAPTURE(std::string(arch));
        auto const out = outputs(arch, {"bt", "bt 1", "frame 1", "locals", "bt --all-words", "regs",
                                        "gdt", "idt", "tss"});
        CHECK(contains(out[0], "cpu_startup_entry+0x"));
        CHECK(contains(out[0], "\n#1 "));
        CHECK(contains(out[0], "idle_thread+0x"));
        CHECK(out[1].starts_with("sh/1, task_struct 0x"));
        CHECK(contains(out[1], "schedule"));
        CHECK(contains(out[1], "rest_init+0x"));
        CHECK(out[2].starts_with("#1 "));
        CHECK(contains(out[4], "? "));
        CHECK(contains(out[5], "PG"));
        CHECK(contains(out[5], "IOPL=0"));
        CHECK(contains(out[6], "TSS (busy)"));
        CHECK(contains(out[7], "<trap_stubs+0xe0>"));
        CHECK(contains(out[8], std::string_view(arch) == "x86_64" ? "rsp0" : "esp0"));
    }
}

TEST_CASE("what cannot be answered is one line and status 1")
{
    for (auto const& [line, error] :
         {std::pair{"print no_such_name", "pagelab: print: no symbol 'no_such_name'\n"},
          {"ptype struct no_such_name", "pagelab: ptype: no type 'no_such_name'\n"},
          {"bt 4711", "pagelab: bt: no thread with pid 4711\n"},
          {"frame 99", "pagelab: frame: no frame 99: there are "},
          {"list 16", "pagelab: list: no source line is known for 0x10\n"},
          {"disas 16", "pagelab: disas: address 0x10: "}}) {
        CAPTURE(std::string(line));
        Finished const finished = run_program({"shell", "-c", line});
        CHECK(finished.status == 1);
        CHECK(finished.err.starts_with(error));
    }
    CHECK(run_program({"shell", "-c", "print *(int*)16"}).out.starts_with("<address 0x10: "));
}
