// Damaged modules in a guest: two hundred in one boot. The host's build of the loader says which
// are refused; those the guest must refuse as well, each with its error, and lose nothing.
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/lib/errno.hpp"
#include "tests/session/stopped_guest.hpp"
#include "tests/session/program.hpp"
#include "tests/session/transcript.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

constexpr unsigned kCount = 200; // fw_cfg holds 256 files
constexpr uint64_t kSeed = 1;

// About where x86_64 guests have modules and text: overflows depend on it.
constexpr uint64_t kModules = 0xffff'ffff'c000'0000;
constexpr uint64_t kText = 0xffff'ffff'8101'0000;

// Whether the loader refuses it before anything of it could run. Only the kernel's own symbols
// are there.
template<class Elf>
bool is_refused(std::vector<char> file)
{
    kernel::load_info<Elf> info;
    if (kernel::read_module_file(info, file.data(), file.size()) != 0 ||
        kernel::get_modinfo(info, "vermagic") == nullptr || kernel::layout_sections(info) != 0)
        return true;
    std::vector<char> core(info.core.size);
    std::vector<char> init(info.init.size);
    info.core.bytes = core.data();
    info.core.address = static_cast<typename Elf::Address>(kModules);
    info.init.bytes = init.data();
    info.init.address = static_cast<typename Elf::Address>(kModules + 0x1'0000);
    kernel::move_module(info);
    auto const resolve = [](void*, char const* name, typename Elf::Address* value) {
        *value = static_cast<typename Elf::Address>(kText);
        return std::strcmp(name, "_printk") == 0 ? 0 : -ENOENT;
    };
    return kernel::simplify_symbols(info, {resolve, nullptr}) != 0 ||
           kernel::apply_relocations(info) != 0;
}

// A few bytes changed in the file's header, or in its second half: tables, mostly.
std::vector<char> damaged(std::vector<char> file, std::mt19937_64& random)
{
    for (uint64_t changes = 1 + random() % 6; changes > 0; changes--) {
        size_t const at =
            random() % 8 == 0 ? random() % 64 : file.size() / 2 + random() % (file.size() / 2);
        file[at] = static_cast<char>(random());
    }
    if (random() % 8 == 0)
        file.resize(random() % file.size());
    return file;
}

long free_pages(std::string const& console, unsigned nth)
{
    std::string const answer = answer_to(console, "check", nth);
    REQUIRE(answer.starts_with("check: ok, "));
    return std::stol(answer.substr(11));
}

template<class Elf>
void refuse_all(std::string const& arch)
{
    CAPTURE(arch);
    auto const whole = test::read_module(arch, "hello");
    REQUIRE_FALSE(is_refused<Elf>(whole));
    Scratch const scratch;
    std::mt19937_64 random(kSeed);
    std::vector<std::filesystem::path> files;
    std::vector<std::string> lines;
    while (files.size() < kCount) {
        auto const file = damaged(whole, random);
        if (!is_refused<Elf>(file))
            continue;
        std::string const name = "m" + std::to_string(files.size()) + ".ko";
        files.emplace_back(scratch.write(name, {file.data(), file.size()}));
        lines.push_back("insmod " + name);
        if (files.size() == kCount / 4)
            lines.emplace_back("check"); // caches have their size
    }
    lines.emplace_back("check");
    StoppedGuest const guest(arch, 128 << 20, lines, files);
    test::take_log();
    for (unsigned i = 0; i < kCount; i++) {
        std::string const name = "m" + std::to_string(i) + ".ko";
        std::string const answer = answer_to(guest.console(), "insmod " + name);
        CAPTURE(answer);
        CHECK(answer.find("insmod: ERROR: could not insert module " + name + ": ") !=
              std::string::npos);
    }
    CHECK(free_pages(guest.console(), 0) == free_pages(guest.console(), 1));
}

} // namespace

TEST_CASE("x86_64: what the host refuses, the guest refuses, and nothing is lost")
{
    refuse_all<Elf64Object>("x86_64");
}

TEST_CASE("i686: what the host refuses, the guest refuses, and nothing is lost")
{
    refuse_all<Elf32Object>("i686");
}
