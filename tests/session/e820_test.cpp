// The memory maps of real logs, through the firmware, into our kernels: Linux' own System RAM.
#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab::session;

namespace {

constexpr char kData[] = PAGELAB_SOURCE_DIR "/tests/session/data/";

Finished boot_description(std::string const& name, std::string const& arch = {})
{
    std::vector<std::string> arguments{"boot", kData + name + ".toml", "--exec", "cat /proc/iomem"};
    if (!arch.empty())
        arguments.insert(arguments.end(), {"--arch", arch});
    auto run = run_program(arguments);
    CHECK(run.status == 0);
    CHECK(run.err == "");
    return run;
}

} // namespace

TEST_CASE("the System RAM of recorded memory maps is what Linux made of them")
{
    for (char const* name :
         {"amd64-128", "amd64-4096", "686pae-128", "686pae-1024", "686pae-2048", "686pae-4096"}) {
        CAPTURE(std::string(name));
        auto const run = boot_description(name);
        CHECK(run.out.contains(std::string(name).starts_with("amd64") ? "(x86_64)" : "(i686)"));
        std::string system_ram;
        for (auto const& line : lines_with(answer_to(run.out, "cat /proc/iomem"), " : System RAM"))
            system_ram += line + "\n";
        CHECK(system_ram == read_text(std::string(kData) + name + ".iomem"));
    }
}

TEST_CASE("a map with holes and every type arrives as it is, but for what the firmware keeps")
{
    std::vector<Range> const expected = {
        {0x0, 0x9'fbff, "usable"},
        {0x9'fc00, 0x9'ffff, "reserved"}, // the BIOS' data
        {0xf'0000, 0xf'ffff, "reserved"}, // the ROM
        {0x10'0000, 0x500'07ff, "usable"},
        {0x600'0000, 0xdff'ffff, "usable"},
        {0xe00'0000, 0xe00'ffff, "ACPI data"},
        {0xe01'0000, 0xe04'ffff, "ACPI NVS"},
        {0xe05'0000, 0xe05'0fff, "unusable"},
        {0xe05'1000, 0xf03'0fff, "usable"},
        {0xf03'1000, 0xf05'0fff, "reserved"}, // 128 KiB at the end of low RAM
        {0xfffc'0000, 0xffff'ffff, "reserved"},
    };
    for (char const* arch : {"x86_64", "i686"}) {
        auto const run = boot_description("holes", arch);
        CAPTURE(run.out);
        CHECK(run.out.contains("(" + std::string(arch) + ")"));
        CHECK(e820_of(run.out) == expected);
        auto const iomem = answer_to(run.out, "cat /proc/iomem");
        CHECK(iomem_ranges(iomem, "System RAM") ==
              std::vector<Range>{{0x1000, 0x9'fbff, "System RAM"},
                                 {0x10'0000, 0x500'07ff, "System RAM"},
                                 {0x600'0000, 0xdff'ffff, "System RAM"},
                                 {0xe05'1000, 0xf03'0fff, "System RAM"}});
        CHECK(iomem.contains("\n0e000000-0e00ffff : ACPI Tables\n"));
        CHECK(iomem.contains("\n0e010000-0e04ffff : ACPI Non-volatile Storage\n"));
        CHECK(iomem.contains("\n0e050000-0e050fff : Unusable memory\n"));
    }
}
