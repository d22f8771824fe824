// The ROM under QEMU: what a guest program is told on a PC we did not write.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace {

constexpr char kPayloads[] = PAGELAB_BUILD_DIR "/tests/guest/payloads/";

bool have_qemu()
{
    bool const found = std::system("command -v qemu-system-x86_64 >/dev/null 2>&1") == 0;
    if (!found)
        MESSAGE("skipped: qemu-system-x86_64 is not installed");
    return found;
}

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

// Serial output of a PC with our ROM, until the guest ends the run, or has printed `last`, or the
// time is up. The shell's process becomes timeout's, so that its id (the first line) ends it all.
std::string run(std::string const& options, int seconds = 20, std::string_view last = {})
{
    std::string const command = "echo $$; exec timeout " + std::to_string(seconds) +
                                " qemu-system-x86_64 -bios " PAGELAB_BUILD_DIR
                                "/firmware/pagelab.rom -display none"
                                " -serial stdio -monitor none -nic none -no-reboot"
                                " -device isa-debug-exit,iobase=0xf4,iosize=4 " +
                                options + " 2>&1 </dev/null";
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    int process = 0;
    REQUIRE(std::fscanf(pipe, "%d\n", &process) == 1);
    std::string output;
    for (int c; (c = std::fgetc(pipe)) != EOF;) {
        output += static_cast<char>(c);
        if (!last.empty() && output.ends_with(last)) {
            kill(process, SIGTERM);
            break;
        }
    }
    pclose(pipe);
    return output;
}

// What a 128 MiB PC is told, whoever is told it: `name` begins each line.
std::string map_128(std::string const& name)
{
    std::string text;
    for (char const* range : {"000000000000-00000009fbff 1", "00000009fc00-00000009ffff 2",
                              "0000000f0000-0000000fffff 2", "000000100000-000007fdffff 1",
                              "000007fe0000-000007ffffff 2", "0000fffc0000-0000ffffffff 2",
                              "00fd00000000-00ffffffffff 2"})
        text += name + " " + range + "\n";
    return text;
}

// Flag, AX, BX, CX of the services other than E820h; then the count of processors.
std::string services(std::string_view processors)
{
    return "e820 without SMAP: 0001 8620 0000 0014\n"
           "e820 of 19 bytes: 0001 8620 0000 0013\n"
           "e820 past the end: 0001 8620 1234 0014\n"
           "e801: 0000 3c00 06fe 3c00\n"
           "88: 0000 fc00 0000 0000\n"
           "unknown: 0001 8600 0000 0000\n"
           "int 12: 0000 027f 0000 0000\n"
           "cpus " +
           std::string(processors) + "\nend\n";
}

std::string write_module()
{
    std::string const path = std::string(kPayloads) + "module.txt";
    std::ofstream(path) << "MODULE of 23 bytes, all";
    return path;
}

} // namespace

TEST_CASE("multiboot: information, map, module, and INT 15h, with and without DMA")
{
    if (!have_qemu())
        return;
    auto const module = write_module();
    for (std::string const machine : {"-M pc", "-M pc-i440fx-2.4", "-M isapc -cpu qemu64,-apic"}) {
        CAPTURE(machine);
        auto const output = run(machine + " -m 128 -kernel " + kPayloads +
                                "report-multiboot.elf -append 'one two' -initrd " + module);
        CAPTURE(output);
        bool const has_1tib_hole = !has(machine, "2.4");
        auto const map = [&](char const* name) {
            auto const text = map_128(name);
            return has_1tib_hole ? text : text.substr(0, text.rfind(name));
        };
        CHECK(has(output, "protocol multiboot\nflags 0000024f\n"));
        CHECK(
            has(output, "report-multiboot.elf one two\nmem_lower 0000027f\nmem_upper 0001fb80\n"));
        CHECK(has(output, map("mmap") + "module size 00000017\nmodule starts 55444f4d\n"));
        CHECK(has(output, map("e820") + map("e820x") + services("00000001")));
    }
}

TEST_CASE("RAM above 4 GiB and more processors")
{
    if (!have_qemu())
        return;
    auto const output =
        run(std::string("-M pc -m 4096 -smp 4 -kernel ") + kPayloads + "report-multiboot.elf");
    CAPTURE(output);
    CHECK(has(output, "mmap 000000100000-0000bffdffff 1\nmmap 0000bffe0000-0000bfffffff 2\n"
                      "mmap 0000fffc0000-0000ffffffff 2\nmmap 000100000000-00013fffffff 1\n"
                      "mmap 00fd00000000-00ffffffffff 2\n"));
    CHECK(has(output, "e801: 0000 3c00 befe 3c00\n"));
    CHECK(has(output, "cpus 00000004\nend\n"));
}

TEST_CASE("PVH: start information, command line, module")
{
    if (!have_qemu())
        return;
    auto const output = run(std::string("-M pc -m 128 -kernel ") + kPayloads +
                            "report-pvh.elf -append 'one two' -initrd " + write_module());
    CAPTURE(output);
    CHECK(has(output, "protocol pvh\ncmdline one two\n" + map_128("mmap") +
                          "module size 00000017\nmodule starts 55444f4d\n"));
}

TEST_CASE("plain ELF: the host has placed it, a file names the mode")
{
    if (!have_qemu())
        return;
    auto const with = [](char const* protocol) {
        return run(
            std::string("-M pc -m 128 -kernel ") + kPayloads +
                "report-multiboot.elf -fw_cfg name=opt/org.pagelab/protocol,string=" + protocol,
            5);
    };
    CHECK(has(with("elf32"), "protocol elf32\n" + map_128("e820")));
    CHECK(with("elf64") == "protocol elf64\n+");
    CHECK(has(with("elf48"), "pagelab firmware: opt/org.pagelab/protocol is neither"));
}

TEST_CASE("without a kernel: one line, then halted")
{
    if (!have_qemu())
        return;
    CHECK(has(run("-M pc -m 128", 20, "given\r\n"), "pagelab firmware: no kernel was given\r\n"));
}

TEST_CASE("memtest86+ starts by the Linux boot protocol and sees all RAM")
{
    if (!have_qemu())
        return;
    for (std::string const image : {"/boot/memtest86+x64.bin", "/boot/memtest86+ia32.bin"}) {
        if (!std::ifstream(image)) {
            MESSAGE("skipped: no ", image);
            continue;
        }
        auto const output = run("-M pc -m 64 -append 'console=ttyS0 nosmp' -kernel " + image, 30,
                                "[4MB of 63.4MB]");
        CAPTURE(output);
        CHECK(has(output, "Memtest86+ v6"));
        CHECK(has(output, "[4MB of 63.4MB]"));
    }
}
