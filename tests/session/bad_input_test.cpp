// Whatever is wrong with the options, the images or the descriptions: 125, and one clear line.
#include <random>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/tiny_images.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab::session;

namespace {

// `about` is what the line must name.
void check_refused(std::vector<std::string> const& arguments, std::string const& about)
{
    auto const run = run_program(arguments);
    for (auto const& argument : arguments)
        CAPTURE(argument);
    CAPTURE(run.err);
    CHECK(run.status == 125);
    CHECK(run.out == "");
    CHECK(run.err.starts_with("pagelab: "));
    CHECK(run.err.ends_with("\n"));
    CHECK(lines_of(run.err).size() == 1);
    CHECK(run.err.size() < 400);
    CHECK(run.err.contains(about));
}

std::string random_bytes(size_t size)
{
    std::mt19937 random(6); // NOLINT: the same bytes each time
    std::string bytes(size, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

} // namespace

TEST_CASE("bad usage")
{
    check_refused({}, "command");
    check_refused({"boost"}, "boost");
    check_refused({"demo", "more"}, "more");
    check_refused({"boot", "--nonsense"}, "--nonsense");
    check_refused({"boot", "one", "two"}, "two");
    check_refused({"boot", "--mem"}, "--mem");
}

TEST_CASE("bad values of options")
{
    check_refused({"boot", "--mem", "3X"}, "3X");
    check_refused({"boot", "--mem", ""}, "size");
    check_refused({"boot", "--mem", "-1"}, "-1");
    check_refused({"boot", "--mem", "8M"}, "16M");
    check_refused({"boot", "--mem", "65G"}, "64G");
    check_refused({"boot", "--mem", "99999999999999999999"}, "99999999999999999999");
    check_refused({"boot", "--mem", "16777217"}, "16777217");
    check_refused({"boot", "--arch", "arm"}, "arm");
    check_refused({"boot", "--cpus", "0"}, "--cpus");
    check_refused({"boot", "--cpu-model", "z80"}, "z80");
    check_refused({"boot", "--timeout", "0"}, "--timeout");
    check_refused({"boot", "--timeout", "soon"}, "soon");
    check_refused({"boot", "--inject", "fire"}, "fire");
    check_refused({"boot", "--inject", "stuck-bit=1"}, "stuck-bit");
    check_refused({"boot", "--inject", "stuck-bit=0x100:8"}, "0x100:8");
    check_refused({"boot", "--mem", "16M", "--inject", "stuck-bit=0x1000000:0"}, "0x1000000");
    check_refused({"boot", "--inject", "stuck-bit=0xf0000:0"}, "0xf0000");
}

TEST_CASE("files that are not there, or not files")
{
    check_refused({"boot", "/nonexistent/kernel"}, "/nonexistent/kernel");
    check_refused({"boot", "/nonexistent/machine.toml"}, "/nonexistent/machine.toml");
    check_refused({"boot", "--initrd", "/nonexistent/initrd"}, "/nonexistent/initrd");
    Scratch const scratch;
    check_refused({"boot", scratch.path("")}, "folder");
    check_refused({"boot", "--initrd", scratch.path("")}, "folder");
    std::filesystem::create_directory(scratch.path("folder.toml"));
    check_refused({"boot", scratch.path("folder.toml")}, "folder.toml");
}

TEST_CASE("files that are no kernel")
{
    Scratch const scratch;
    std::string const kernel = read_text(kernel_image("i686"));
    check_refused({"boot", scratch.write("empty", "")}, "empty");
    check_refused({"boot", scratch.write("text", "hello\n")}, "text");
    check_refused({"boot", scratch.write("noise", random_bytes(100'000))}, "noise");
    check_refused({"boot", scratch.write("cut", kernel.substr(0, 40))}, "cut");
    check_refused({"boot", scratch.write("half", kernel.substr(0, 5000))}, "half");
    std::string const tiny = tiny_image({0xf4});
    check_refused({"boot", scratch.write("short", tiny.substr(0, tiny.size() - 1))}, "short");
}

TEST_CASE("kernels and modules that the RAM does not hold")
{
    Scratch const scratch;
    auto const module = scratch.write("module", std::string(17 << 20, 'm'));
    check_refused({"boot", "--mem", "16M", "--initrd", module}, "module");
}

TEST_CASE("damaged machine descriptions")
{
    Scratch const scratch;
    auto const check = [&](std::string_view text, std::string const& about) {
        CAPTURE(text);
        check_refused({"boot", scratch.write("machine.toml", text)}, about);
    };
    check("arch = ", "machine.toml:1:");
    check("arch = 'x86_64'\n[machine]\nmemory = 128M\n", "machine.toml:3:");
    check(random_bytes(500), "machine.toml:");
    check("arhc = 'x86_64'\n", "arhc");
    check("arch = 'arm'\n", "arm");
    check("arch = 64\n", "arch");
    check("kernel = 'missing.elf'\n", "missing.elf");
    check("[machine]\nmemory = '1Z'\n", "1Z");
    check("[machine]\ncpus = 0\n", "cpus");
    check("[machine]\nspeed = 1\n", "speed");
    check("machine = 3\n", "machine");
    check("initrd = 'one'\n", "initrd");
    check("e820 = 1\n", "e820");
    check("[[e820]]\naddress = 0\n", "size");
    check("[[e820]]\naddress = 0\nsize = 4096\ntype = 5000000000\n", "type");
}

TEST_CASE("statistics that cannot be written")
{
    auto const run = run_program({"boot", "--stats", "/nonexistent/stats", "--exec", "poweroff"});
    CHECK(run.status == 125);
    CHECK(run.err == "pagelab: cannot write statistics to '/nonexistent/stats'\n");
}
