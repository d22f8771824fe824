// Every protocol by the command line: what the host is given arrives in the guest.
#include <doctest/doctest.h>

#include "emu/cli/attendant.hpp"
#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"
#include "tests/support/boot_images.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

// Prints what the firmware has told it; see tests/guest/payloads.
std::string payload(std::string const& protocol)
{
    return built("tests/guest/payloads/report-" + protocol + ".elf").string();
}

// mov dx, 0x3fb; mov al, 3 (eight bits); out dx, al
constexpr std::initializer_list<uint8_t> kSetUpSerial = {0x66, 0xba, 0xfb, 0x03, 0xb0, 3, 0xee};

test::Bytes code_of(std::initializer_list<uint8_t> code)
{
    test::Bytes bytes;
    for (auto const& part : {kSetUpSerial, code})
        for (uint8_t byte : part)
            bytes.push_back(std::byte{byte});
    return bytes;
}

// mov dx, 0x3f8; mov al, letter; out dx, al; mov al, status; out 0xf4, al; hlt
test::Bytes print_and_exit(uint8_t letter, uint8_t status)
{
    return code_of({0x66, 0xba, 0xf8, 0x03, 0xb0, letter, 0xee, 0xb0, status, 0xe6, 0xf4, 0xf4});
}

std::string as_text(test::Bytes const& bytes)
{
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::string memory_kib(std::string const& console)
{
    auto const lines = lines_with(console, " Memory: ");
    REQUIRE(lines.size() == 1);
    return lines[0].substr(lines[0].find("Memory: "));
}

} // namespace

TEST_CASE("multiboot: command line, modules and map reach the kernel")
{
    Scratch const scratch;
    auto const one = scratch.write("one", "MODULE of 23 characters"),
               two = scratch.write("two", std::string(5000, 'x'));
    auto const run =
        run_program({"boot", payload("multiboot"), "--append", "one two", "--initrd", one,
                     "--initrd", two + ",with words", "--mem", "32M", "--cpus", "4"});
    CAPTURE(run.out);
    CHECK(run.status == 0);
    CHECK(run.err == "");
    CHECK(run.out.starts_with("protocol multiboot\n"));
    CHECK(run.out.contains("\ncmdline report-multiboot.elf one two\n"));
    CHECK(run.out.contains("\nmmap 000000100000-000001fdffff 1\n"));
    CHECK(run.out.contains("\nmodule size 00000017\nmodule starts 55444f4d\n"
                           "module size 00001388\nmodule starts 78787878\n"));
    CHECK(run.out.ends_with("\ncpus 00000004\nend\n"));
}

TEST_CASE("multiboot: our kernels leave modules alone")
{
    Scratch const scratch;
    auto const module = scratch.write("module", std::string(1 << 20, 'm'));
    for (char const* arch : {"x86_64", "i686"}) {
        CAPTURE(std::string(arch));
        auto const with =
            run_program({"boot", "--arch", arch, "--initrd", module, "--append", "some words",
                         "--exec", "cat /proc/cmdline", "--exec", "check"});
        auto const without =
            run_program({"boot", "--arch", arch, "--exec", "cat /proc/cmdline", "--exec", "check"});
        CHECK(answer_to(with.out, "cat /proc/cmdline") == "some words\n");
        unsigned long free_with = 0, free_without = 0;
        CHECK(std::sscanf(answer_to(with.out, "check").c_str(), "check: ok, %lu", &free_with) == 1);
        CHECK(std::sscanf(answer_to(without.out, "check").c_str(), "check: ok, %lu",
                          &free_without) == 1);
        CHECK(free_with + 256 <= free_without);
        CHECK(free_with + 256 + 4 >= free_without);
        CHECK(memory_kib(with.out) != memory_kib(without.out));
    }
}

TEST_CASE("PVH: command line, initrd and map reach the kernel")
{
    Scratch const scratch;
    auto const run = run_program({"boot", payload("pvh"), "--append", "one two", "--initrd",
                                  scratch.write("one", "MODULE of 23 characters")});
    CAPTURE(run.out);
    CHECK(run.status == 0);
    CHECK(run.out.starts_with("protocol pvh\ncmdline one two\n"));
    CHECK(run.out.contains("\nmmap 000000100000-000007fdffff 1\n"));
    CHECK(run.out.contains("\nmodule size 00000017\nmodule starts 55444f4d\n"));
}

TEST_CASE("plain ELF images of both classes are entered at their entry")
{
    Scratch const scratch;
    auto const segments = [](uint8_t letter, uint8_t status) {
        return std::vector<test::TestSegment>{
            {.vaddr = 0x20'0000, .paddr = 0x20'0000, .bytes = print_and_exit(letter, status)}};
    };
    auto const elf32 = test::build_elf<Elf32>(0x20'0000, segments('3', 32));
    auto const elf64 = test::build_elf<Elf64>(0x20'0000, segments('6', 64));
    auto const run32 = run_program({"boot", scratch.write("32", as_text(elf32))});
    CHECK(run32.out == "3");
    CHECK(run32.status == 32);
    auto const run64 = run_program({"boot", scratch.write("64", as_text(elf64))});
    CHECK(run64.out == "6");
    CHECK(run64.status == 64);
}

TEST_CASE("bzImage: entered at its 32-bit entry with boot_params in ESI")
{
    // mov eax, [esi + 0x202], the header's "HdrS", each byte to the serial port; exit with 12
    auto const code = code_of({0x8b, 0x86, 0x02, 0x02, 0x00, 0x00, 0x66, 0xba, 0xf8, 0x03,
                               0xee, 0xc1, 0xe8, 0x08, 0xee, 0xc1, 0xe8, 0x08, 0xee, 0xc1,
                               0xe8, 0x08, 0xee, 0xb0, 0x0c, 0xe6, 0xf4, 0xf4});
    auto image = test::build_bzimage();
    std::ranges::copy(code, image.begin() + 3 * 512);
    Scratch const scratch;
    auto const run = run_program({"boot", scratch.write("bzImage", as_text(image))});
    CHECK(run.out == "HdrS");
    CHECK(run.status == 12);
}
