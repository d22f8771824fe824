// Both classes of file linked for pretended addresses: every relocation by its definition.
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/lib/errno.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::test;
using kernel::load_info;

namespace {

// A module linked to run at `address`, its memory a vector.
template<class Elf>
struct Linked {
    Linked(std::string const& arch, std::string const& name, uint64_t address)
        : file(read_module(arch, name))
    {
        error = kernel::read_module_file(info, file.data(), file.size());
        if (error == 0)
            error = kernel::layout_sections(info);
        if (error != 0)
            return;
        core.resize(info.core.size);
        init.resize(info.init.size);
        info.core.bytes = core.data();
        info.core.address = static_cast<typename Elf::Address>(address);
        info.init.bytes = init.data();
        info.init.address = static_cast<typename Elf::Address>(address + 0x10'0000);
        kernel::move_module(info);
        error = kernel::simplify_symbols(
            info, {[](void*, char const*, auto*) { return -ENOENT; }, nullptr});
        if (error == 0)
            error = kernel::apply_relocations(info);
    }

    uint64_t value(std::string const& name) const
    {
        for (unsigned i = 1; i < kernel::symbol_count(info); i++) {
            auto const& symbol = kernel::symbol_table(info)[i];
            if (name == kernel::symbol_name(info, symbol))
                return symbol.value;
        }
        return 0;
    }

    template<class T>
    T at(uint64_t address) const
    {
        T word;
        std::memcpy(&word, core.data() + (address - info.core.address), sizeof(word));
        return word;
    }

    std::vector<char> file, core, init;
    load_info<Elf> info = {};
    int error = 0;
};

} // namespace

TEST_CASE("x86_64: every relocation")
{
    constexpr uint64_t kBase = 0xffff'ffff'c012'3000;
    reset_kernel();
    Linked<Elf64Object> const m("x86_64", "relocations", kBase);
    // R_X86_64_32 cannot hold an address at the top.
    REQUIRE(m.error == -ENOEXEC);
    CHECK(take_log().find("overflow in relocation type 10 val ffffffffc0") != std::string::npos);

    constexpr uint64_t kLow = 0x7f00'0000;
    Linked<Elf64Object> const low("x86_64", "relocations", kLow);
    REQUIRE(low.error == 0);
    uint64_t const target = low.value("target");
    uint64_t const places = low.value("places");
    CHECK(target % 16 == 0);
    CHECK(places % 16 == 0);
    CHECK(low.at<uint64_t>(places) == target + 0x10);
    CHECK(low.at<uint64_t>(places + 8) == target - (places + 8) + 3);
    CHECK(low.at<uint32_t>(places + 16) == target + 4);
    CHECK(low.at<uint32_t>(places + 20) == static_cast<uint32_t>(target - (places + 20) - 4));
    CHECK(low.at<uint32_t>(places + 24) == target + 8);
    CHECK(low.at<uint32_t>(places + 28) == static_cast<uint32_t>(target - 4 - (places + 28)));
}

TEST_CASE("i386: every relocation, its addend in the place")
{
    constexpr uint64_t kBase = 0xf812'3000;
    reset_kernel();
    Linked<Elf32Object> const m("i686", "relocations", kBase);
    REQUIRE(m.error == 0);
    auto const target = static_cast<uint32_t>(m.value("target"));
    auto const places = static_cast<uint32_t>(m.value("places"));
    CHECK(m.at<uint32_t>(places) == target + 0x10);
    CHECK(m.at<uint32_t>(places + 4) == target - (places + 4) + 3);
    CHECK(m.at<uint32_t>(places + 8) == target - (places + 8) + 5);
}

TEST_CASE("sections lie by their rights: text, read-only, read-only after init, data")
{
    reset_kernel();
    Linked<Elf64Object> const m("x86_64", "hello", 0xffff'ffff'c000'0000);
    CHECK(m.info.core.text_size == 0x1000);
    CHECK(m.info.core.ro_size == 0x2000);
    CHECK(m.info.core.ro_after_init_size == 0x3000);
    CHECK(m.info.core.size == 0x5000);
    CHECK(m.info.init.text_size == 0x1000);
    CHECK(m.info.init.size == 0x2000);
}

TEST_CASE("a file is of one class only")
{
    reset_kernel();
    auto file = read_module("i686", "hello");
    load_info<Elf64Object> info;
    CHECK(kernel::read_module_file(info, file.data(), file.size()) == -ENOEXEC);
    CHECK(take_log() == "Invalid architecture in ELF header: 3\n");
}

TEST_CASE("a file cut short anywhere is refused, with one line that says why")
{
    reset_kernel();
    auto const whole = read_module("x86_64", "hello");
    for (size_t size = 0; size < whole.size(); size++) {
        std::vector<char> file(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
        load_info<Elf64Object> info;
        CAPTURE(size);
        REQUIRE(kernel::read_module_file(info, file.data(), file.size()) == -ENOEXEC);
        std::string const log = take_log();
        REQUIRE(log.find('\n') == log.size() - 1);
    }
}
