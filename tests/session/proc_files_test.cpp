// The files of /proc that are not memory reports, on both kernels: what they must say, read as a
// user reads them.
#include <algorithm>
#include <cstring>
#include <regex>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <gelf.h>

#include "tests/session/program.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

constexpr char const* kArchitectures[] = {"x86_64", "i686"};

// The bytes that `hexdump -C` shows: lines "offset  bytes |text|", "*" for lines that repeat.
std::string bytes_of(std::string const& dump)
{
    auto const lines = lines_of(dump);
    std::string bytes;
    std::string row;
    for (size_t i = 0; i < lines.size(); i++) {
        if (lines[i] == "*") {
            uint64_t const end = std::stoull(lines.at(i + 1), nullptr, 16);
            while (std::stoull(lines[0], nullptr, 16) + bytes.size() < end)
                bytes += row;
            continue;
        }
        std::istringstream hexadecimal(lines[i].substr(0, lines[i].find('|')));
        std::string word;
        hexadecimal >> word; // the offset
        row.clear();
        while (hexadecimal >> word)
            row.push_back(static_cast<char>(std::stoi(word, nullptr, 16)));
        bytes += row;
    }
    return bytes;
}

std::vector<uint64_t> words_of(std::string const& bytes)
{
    std::vector<uint64_t> words(bytes.size() / 8);
    std::memcpy(words.data(), bytes.data(), words.size() * 8);
    return words;
}

std::string hex(uint64_t value)
{
    char text[32];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

} // namespace

TEST_CASE("interrupts counts the timer and what was typed; kallsyms is sorted; no module is there")
{
    for (std::string const arch : kArchitectures) {
        CAPTURE(arch);
        StoppedGuest guest(arch, 64 << 20,
                           {"cat /proc/interrupts", "cat /proc/kallsyms", "cat /proc/modules"});
        auto const interrupts = lines_of(answer_to(guest.console(), "cat /proc/interrupts"));
        REQUIRE(interrupts.size() == 23);
        CHECK(interrupts[0] == "           CPU0       ");
        CHECK(std::regex_match(interrupts[1], std::regex("  0: +\\d+    XT-PIC      timer")));
        CHECK(std::regex_match(interrupts[3], std::regex("  4: +[1-9]\\d*    XT-PIC      ttyS0")));
        CHECK(interrupts[4] == "NMI:          0   Non-maskable interrupts");
        CHECK(interrupts[18] == "ERR:          0");
        uint64_t last = 0;
        std::set<std::string> names;
        auto const symbols = lines_of(answer_to(guest.console(), "cat /proc/kallsyms"));
        for (auto const& line : symbols) {
            std::smatch match;
            REQUIRE(std::regex_match(line, match, std::regex("([0-9a-f]{8,16}) ([tTwW]) (\\S+)")));
            uint64_t const address = std::stoull(match[1], nullptr, 16);
            CHECK(address > last);
            last = address;
            names.insert(match[3]);
        }
        CHECK(names.contains("show_buddyinfo"));
        CHECK(names.contains("alloc_pages"));
        CHECK(answer_to(guest.console(), "cat /proc/modules") == "");
    }
}

// The first command is followed by the start of the kernel's own threads, which takes pages.
constexpr char kFirst[] = "cat /proc/version";

TEST_CASE("vmstat counts pages taken and freed")
{
    StoppedGuest guest("i686", 64 << 20,
                       {kFirst, "cat /proc/vmstat", "alloc 3", "cat /proc/vmstat"});
    auto const taken = [&](unsigned nth) {
        std::string const text = answer_to(guest.console(), "cat /proc/vmstat", nth);
        std::string const name = "pgalloc_normal ";
        REQUIRE(text.contains(name));
        return std::stol(text.substr(text.find(name) + name.size()));
    };
    CHECK(taken(1) == taken(0) + 8);
}

TEST_CASE("kpageflags follows a block from free to slab's and taken")
{
    constexpr uint64_t kBuddy = 1 << 10;
    constexpr uint64_t kNoPage = 1 << 20;
    for (std::string const arch : kArchitectures) {
        CAPTURE(arch);
        StoppedGuest first(arch, 64 << 20, {kFirst, "alloc 4"});
        std::string const block = answer_to(first.console(), "alloc 4"); // "pfn 0x1050 ..."
        uint64_t const pfn = std::stoull(block.substr(4), nullptr, 16);
        std::string const read = "hexdump -C -s " + hex(8 * pfn) + " -n 128 /proc/kpageflags";
        std::string const video = "hexdump -C -s " + hex(8 * 0xa0) + " -n 8 /proc/kpageflags";
        StoppedGuest guest(
            arch, 64 << 20,
            {kFirst, read, "alloc 4", read, video, "hexdump -C -s 3 -n 8 /proc/kpagecount"});
        auto const before = words_of(bytes_of(answer_to(guest.console(), read)));
        auto const after = words_of(bytes_of(answer_to(guest.console(), read, 1)));
        CHECK(before == std::vector<uint64_t>(16, kBuddy));
        CHECK(after == std::vector<uint64_t>(16, 0));
        CHECK(words_of(bytes_of(answer_to(guest.console(), video))) ==
              std::vector<uint64_t>{kNoPage});
        CHECK(answer_to(guest.console(), "hexdump -C -s 3 -n 8 /proc/kpagecount")
                  .contains("multiples of 8"));
    }
}

TEST_CASE("kcore is an ELF core file; its text is the kernel's")
{
    for (std::string const arch : kArchitectures) {
        CAPTURE(arch);
        std::string const header = "hexdump -C -n 4096 /proc/kcore";
        StoppedGuest first(arch, 64 << 20, {header});
        std::string bytes = bytes_of(answer_to(first.console(), header));
        REQUIRE(bytes.size() == 4096);
        elf_version(EV_CURRENT);
        Elf* const elf = elf_memory(bytes.data(), bytes.size());
        GElf_Ehdr file;
        REQUIRE(gelf_getehdr(elf, &file) != nullptr);
        bool const is_64 = arch == "x86_64";
        CHECK(gelf_getclass(elf) == (is_64 ? ELFCLASS64 : ELFCLASS32));
        CHECK(file.e_type == ET_CORE);
        CHECK(file.e_machine == (is_64 ? EM_X86_64 : EM_386));
        REQUIRE(file.e_phnum >= 3);
        uint64_t const magic_address = is_64 ? 0xffff'ffff'8100'0000 : 0xc020'0000;
        uint64_t text_offset = 0;
        for (int i = 0; i < file.e_phnum; i++) {
            GElf_Phdr segment;
            REQUIRE(gelf_getphdr(elf, i, &segment) != nullptr);
            CHECK(segment.p_type == (i == 0 ? PT_NOTE : PT_LOAD));
            if (i > 0 && magic_address >= segment.p_vaddr &&
                magic_address - segment.p_vaddr < segment.p_filesz)
                text_offset = segment.p_offset + (magic_address - segment.p_vaddr);
        }
        elf_end(elf);
        REQUIRE(text_offset != 0);
        std::string const text = "hexdump -C -s " + hex(text_offset) + " -n 4 /proc/kcore";
        StoppedGuest second(arch, 64 << 20, {text});
        CHECK(bytes_of(answer_to(second.console(), text)) == "\x02\xb0\xad\x1b"); // multiboot
    }
}

TEST_CASE("merged caches are links to one folder of /sys/kernel/slab")
{
    std::string const folder = "/sys/kernel/slab";
    for (std::string const arch : kArchitectures) {
        CAPTURE(arch);
        StoppedGuest guest(
            arch, 64 << 20,
            {"slab create first 1008", "slab create second 1004", "slab create alone 1008 p",
             "ls " + folder, "ls -l " + folder, "ls -l " + folder + "/second",
             "cat " + folder + "/second/aliases", "cat " + folder + "/:0001008/object_size",
             "echo 7 > " + folder + "/first/min_partial", "cat " + folder + "/second/min_partial"});
        std::string const names = answer_to(guest.console(), "ls " + folder);
        std::string const details = answer_to(guest.console(), "ls -l " + folder);
        for (std::string const name : {"first", "second"}) {
            CHECK(lines_with(names, name) == std::vector<std::string>{name});
            CHECK(lines_with(details, name) ==
                  std::vector<std::string>{"lrwxrwxrwx    1 root     root             0 "
                                           "Jan  1 00:00 " +
                                           name + " -> :0001008"});
        }
        for (std::string const name : {":0001008", "alone", "kmalloc-64"}) {
            auto const lines = lines_of(details);
            CHECK(std::ranges::count_if(lines, [&](std::string const& line) {
                      return line.starts_with("drwx") && line.ends_with(" " + name);
                  }) == 1);
        }
        CHECK(answer_to(guest.console(), "ls -l " + folder + "/second")
                  .contains("-rw-r--r--    1 root     root             0 Jan  1 00:00 order\n"));
        CHECK(answer_to(guest.console(), "cat " + folder + "/second/aliases") == "1\n");
        CHECK(answer_to(guest.console(), "cat " + folder + "/:0001008/object_size") == "1008\n");
        CHECK(answer_to(guest.console(), "cat " + folder + "/second/min_partial") == "7\n");
    }
}

TEST_CASE("min_free_kbytes moves the watermarks")
{
    std::string const file = "/proc/sys/vm/min_free_kbytes";
    StoppedGuest guest("x86_64", 64 << 20,
                       {"echo 2048 > " + file, "cat " + file, "cat /proc/zoneinfo",
                        "echo 1G > " + file, "ls /proc/sys/vm"});
    CHECK(answer_to(guest.console(), "cat " + file) == "2048\n");
    uint64_t min = 0;
    for (auto const& line : lines_of(answer_to(guest.console(), "cat /proc/zoneinfo"))) {
        if (line.starts_with("        min "))
            min += std::stoull(line.substr(12));
    }
    CHECK(min <= 2048 / 4);
    CHECK(min >= 2048 / 4 - 2); // the zones' shares are rounded
    CHECK(answer_to(guest.console(), "echo 1G > " + file) == "echo: " + file + ": not a number\n");
    CHECK(answer_to(guest.console(), "ls /proc/sys/vm") == "drop_caches\nmin_free_kbytes\n");
}

TEST_CASE("sysrq-trigger prints what SysRq prints; a file without write is not written to")
{
    StoppedGuest guest("x86_64", 64 << 20,
                       {"echo m > /proc/sysrq-trigger", "echo 1 >/proc/meminfo"});
    std::string const block = answer_to(guest.console(), "echo m > /proc/sysrq-trigger");
    CHECK(block.contains("sysrq: Show Memory\n"));
    CHECK(block.contains("Mem-Info:\n"));
    CHECK(block.ends_with("0 pages hwpoisoned\n"));
    CHECK(answer_to(guest.console(), "echo 1 >/proc/meminfo") ==
          "echo: /proc/meminfo: not a file to write to\n");
}

TEST_CASE("a quiet console shows what SysRq was asked for, and the log the rest")
{
    auto const run =
        run_program({"boot", "--append", "quiet", "--exec", "echo m > /proc/sysrq-trigger",
                     "--exec", "echo x > /proc/sysrq-trigger", "--exec", "dmesg"});
    std::string const block = answer_to(run.out, "echo m > /proc/sysrq-trigger");
    CHECK(block.contains("sysrq: Show Memory\n"));
    CHECK_FALSE(block.contains("Mem-Info:"));
    CHECK(answer_to(run.out, "echo x > /proc/sysrq-trigger").contains("sysrq: HELP : "));
    CHECK(answer_to(run.out, "dmesg").contains("Mem-Info:\n"));
}

TEST_CASE("page_owner=on tells who took a block, and is not there otherwise")
{
    std::string const cat = "cat /sys/kernel/debug/page_owner";
    for (std::string const arch : kArchitectures) {
        CAPTURE(arch);
        auto const run = run_program({"boot", "--arch", arch, "--append", "page_owner=on", "--exec",
                                      "alloc 3", "--exec", cat, "--exec", "check"});
        std::string const pfn = answer_to(run.out, "alloc 3").substr(4, 6); // "pfn 0x1050"
        CHECK(std::regex_search(
            answer_to(run.out, cat),
            std::regex("Page allocated via order 3, mask 0xcc0\\(GFP_KERNEL\\), pid 1, tgid 1 "
                       "\\(alloc\\), ts \\d+ ns, free_ts \\d+ ns\n"
                       "PFN " +
                       std::to_string(std::stoul(pfn, nullptr, 16)) +
                       " type Unmovable Block \\d+ type Unmovable Flags 0x[0-9a-f]+\\(.*zone=1\\)\n"
                       "( \\S+\\+0x[0-9a-f]+/0x[0-9a-f]+\n)+")));
        CHECK(answer_to(run.out, cat).contains(" run_alloc+0x"));
        CHECK(answer_to(run.out, "check").starts_with("check: ok"));
    }
    StoppedGuest guest("x86_64", 64 << 20, {cat});
    CHECK(answer_to(guest.console(), cat).contains("No such file"));
}
