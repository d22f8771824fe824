// Every way a run can end, its exit status, and what is said on stderr.
#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/tiny_images.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab::session;

namespace {

Finished boot_tiny(std::initializer_list<uint8_t> code, std::vector<std::string> more = {})
{
    Scratch const scratch;
    std::vector<std::string> arguments{"boot", scratch.write("kernel.bin", tiny_image(code))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
}

} // namespace

TEST_CASE("the status is what the guest's poweroff says")
{
    for (char const* arch : {"x86_64", "i686"})
        for (int status : {0, 7, 255}) {
            auto const run = run_program(
                {"boot", "--arch", arch, "--exec", "poweroff " + std::to_string(status)});
            CAPTURE(arch);
            CHECK(run.status == status);
            CHECK(run.err == "");
            CHECK(run.out.ends_with("/ # poweroff " + std::to_string(status) + "\n"));
        }
}

TEST_CASE("after the last line of --exec the guest is powered off")
{
    auto const run = run_program({"boot", "--exec", "echo one", "--exec", "echo two"});
    CHECK(run.status == 0);
    CHECK(run.err == "");
    CHECK(run.out.ends_with("/ # echo one\none\n/ # echo two\ntwo\n/ # poweroff\n"));
}

TEST_CASE("without --exec the lines come from stdin, and its end ends the run")
{
    auto const run = run_program({"boot"}, "echo typed\n");
    CHECK(run.status == 0);
    CHECK(run.out.ends_with("/ # echo typed\ntyped\n/ # "));
    CHECK(run_program({"boot"}, "poweroff 3\n").status == 3);
}

TEST_CASE("the exit port takes values of any width; what no status can hold is 255")
{
    CHECK(boot_tiny({0xb0, 42, 0xe6, 0xf4, 0xf4}).status == 42); // mov al, 42; out 0xf4, al; hlt
    CHECK(boot_tiny({0xb8, 9, 0, 0, 0, 0xe7, 0xf4, 0xf4}).status == 9);       // out 0xf4, eax
    CHECK(boot_tiny({0x66, 0xb8, 5, 0, 0x66, 0xe7, 0xf4, 0xf4}).status == 5); // out 0xf4, ax
    CHECK(boot_tiny({0xb8, 0, 1, 0, 0, 0xe7, 0xf4, 0xf4}).status == 255);
}

TEST_CASE("a run that reaches --timeout ends with 124")
{
    auto const check = [](Finished const& run) {
        CHECK(run.status == 124);
        CHECK(run.err.starts_with("pagelab: timeout after "));
        CHECK(lines_of(run.err).size() == 1);
    };
    check(boot_tiny({0xeb, 0xfe}, {"--timeout", "0.3"}));             // jmp $
    check(boot_tiny({0xfb, 0xf4, 0xeb, 0xfd}, {"--timeout", "0.3"})); // sti; hlt; jmp to the hlt
}

TEST_CASE("a guest that halts for ever is told of")
{
    auto const run = boot_tiny({0xfa, 0xf4}); // cli; hlt
    CHECK(run.err == "pagelab: the guest halted with interrupts off\n");
}

TEST_CASE("a triple fault is 126, with the walk of the last page fault")
{
    auto const run = boot_tiny(
        {0xc7, 0x05, 0x00, 0x10, 0x10, 0x00, 0x83, 0x00, 0x00, 0x00,       // mov [kTinyTables],
                                                                           // 4 MiB page
         0xb8, 0x00, 0x10, 0x10, 0x00, 0x0f, 0x22, 0xd8,                   // mov cr3, kTinyTables
         0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x10, 0x0f, 0x22, 0xe0,             // cr4 |= PSE
         0x0f, 0x20, 0xc0, 0x0d, 0x00, 0x00, 0x00, 0x80, 0x0f, 0x22, 0xc0, // cr0 |= PG
         0x0f, 0x01, 0x1d, 0x68, 0x00, 0x10, 0x00,                         // lidt: six zero bytes
         0xa1, 0x04, 0x30, 0x40, 0x00, 0xf4, 0, 0, 0, 0, 0, 0, 0, 0, // mov eax, [0x403004]; hlt
         0, 0, 0, 0, 0, 0});
    CHECK(run.status == 126);
    CHECK(run.out == "");
    CHECK(run.err.starts_with("pagelab: triple fault at 0010:000000000010005d, instruction "));
    CHECK(run.err.contains("\n  #PF error code 0x0\n"));
    CHECK(run.err.contains("\n  #DF error code 0x0\n"));
    CHECK(run.err.contains("\nwalk of 0x403004 (32-bit, cr3 0x101000):\n"));
    CHECK(run.err.contains("at 0x000101004  0000000000000000\n"));
    CHECK(run.err.ends_with("  -> fault, error code 0x0\n"));
}

TEST_CASE("a reset starts the machine again")
{
    for (char const* arch : {"x86_64", "i686"}) {
        auto const run =
            run_program({"boot", "--arch", arch, "--exec", "reboot", "--exec", "poweroff 5"});
        CAPTURE(run.out);
        CHECK(run.status == 5);
        CHECK(run.err == "");
        CHECK(lines_with(run.out, "pagelab version").size() == 2);
        CHECK(run.out.contains("/ # reboot\n[    0.00000")); // time begins anew
    }
}

TEST_CASE("each command explains itself with examples")
{
    for (char const* command : {"boot", "demo", "bench"}) {
        auto const run = run_program({command, "--help"});
        CAPTURE(command);
        CHECK(run.status == 0);
        CHECK(run.err == "");
        CHECK(run.out.contains("Examples:\n  pagelab " + std::string(command)));
    }
    CHECK(run_program({"--help"}).status == 0);
}
