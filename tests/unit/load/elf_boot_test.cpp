#include "emu/load/elf_boot.hpp"

#include <cstring>

#include "guestkernel/abi/machine/fw_cfg.hpp"
#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::plan_boot;
using load::Protocol;

TEST_CASE("pvh: segments in place, the file's beginning as setup data")
{
    auto const image = build_pvh();
    auto request = request_for(image);
    auto const disk = numbered_bytes(3000);
    request.modules = {{disk, "not used"}};
    request.cmdline = "console=ttyS0";
    auto const plan = sound_plan(request);

    CHECK(plan.protocol == Protocol::Pvh);
    CHECK(plan.kernel_entry == 0x10'0010);
    CHECK(plan.kernel_addr == 0x10'0000);
    CHECK(plan.kernel_data.empty());
    CHECK(plan.files.empty());
    REQUIRE(plan.direct.size() == 2);
    CHECK(plan.direct[0].address == PhysAddr(0x10'0000));
    auto text = numbered_bytes(600);
    text.resize(700); // bss
    CHECK(plan.direct[0].bytes == text);
    CHECK(plan.direct[1].address == PhysAddr(0x10'2000));
    CHECK(plan.direct[1].bytes.size() == 300 + 0x1000);
    REQUIRE(plan.setup_data.size() == 8192);
    CHECK(std::memcmp(plan.setup_data.data(), image.data(), image.size()) == 0);
    CHECK(plan.cmdline == load::bytes_of_string("console=ttyS0"));
    CHECK(plan.cmdline_addr == 0x1'0000);
    CHECK(plan.initrd_data == disk);
    CHECK(plan.initrd_addr == kRam - 0x2'0000 - 0x1000);
}

TEST_CASE("pvh: setup data is at most 8 KiB of the file")
{
    auto const image = build_elf<Elf32>(
        0, {{.paddr = 0x10'0000, .bytes = numbered_bytes(20000)},
            note_segment(build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x10'0000})))});
    auto const plan = sound_plan(request_for(image));
    CHECK(std::ranges::equal(plan.setup_data, std::span(image).first(8192)));
}

TEST_CASE("pvh: the command line has no room under a segment or beyond RAM")
{
    auto const low = build_elf<Elf32>(
        0, {{.paddr = 0x1'0008, .bytes = numbered_bytes(64)},
            note_segment(build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x1'0008})))});
    auto request = request_for(low);
    request.cmdline = "1234567";
    CHECK(sound_plan(request).cmdline.size() == 8);
    request.cmdline += '8';
    CHECK(error_of(plan_boot(request)) ==
          "segment 0 at 0x10008 is where the command line goes, 0x10000");

    auto const image = build_pvh();
    auto long_request = request_for(image);
    long_request.cmdline.assign(0x8'fc00, 'x');
    CHECK(error_of(plan_boot(long_request)) ==
          "a command line of 588800 bytes does not fit into RAM at 0x10000");
}

TEST_CASE("pvh: damage on the way")
{
    CHECK(boot_error(build_pvh(0x10'1000)) == "the PVH entry 0x101000 is in no segment");
    auto const image = build_pvh();
    CHECK(boot_error(image, 1 * kMiB) == "segment 0 at 0x100000 with 0x2bc bytes does not fit into "
                                         "RAM (0x10000-0x9fbff)");
    auto request = request_for(image, 2 * kMiB);
    Bytes const disk(0xd'd000); // one page too many above the kernel
    request.modules = {{disk, ""}};
    CHECK(error_of(plan_boot(request)) ==
          "an initial RAM disk of 905216 bytes does not fit between 0x10312c and 0x1e0000");
}

TEST_CASE_TEMPLATE("raw elf: segments in place and a file that names the class", Class, Elf32,
                   Elf64)
{
    auto const image = build_elf<Class>(
        0x8010'0004, {{.vaddr = 0x8010'0000, .paddr = 0x10'0000, .bytes = numbered_bytes(40)}});
    auto const plan = sound_plan(request_for(image));
    bool const is_elf32 = Class::file_class == kElfClass32;
    CHECK(plan.protocol == (is_elf32 ? Protocol::RawElf32 : Protocol::RawElf64));
    CHECK(plan.kernel_entry == 0x10'0004);
    CHECK(plan.kernel_data.empty());
    CHECK(plan.setup_data.empty());
    REQUIRE(plan.direct.size() == 1);
    CHECK(plan.direct[0].bytes == numbered_bytes(40));
    REQUIRE(plan.files.size() == 1);
    CHECK(plan.files[0].name == fw_cfg::kProtocolFile);
    CHECK(plan.files[0].bytes == bytes_of_text(is_elf32 ? "elf32" : "elf64"));
}

TEST_CASE("raw elf: what it cannot be given is refused")
{
    auto const image = build_elf<Elf32>(0x10'0000, {{.paddr = 0x10'0000, .bss = 8}});
    auto request = request_for(image);
    request.cmdline = "x";
    CHECK(error_of(plan_boot(request)) ==
          "a plain ELF file takes no command line: it has neither a multiboot header nor a PVH "
          "note");
    request.cmdline = "";
    request.modules = {{{}, ""}};
    CHECK(error_of(plan_boot(request)) ==
          "a plain ELF file takes no modules: it has neither a multiboot header nor a PVH note");
    CHECK(boot_error(build_elf<Elf32>(8, {{.paddr = 0x10'0000, .bss = 8}})) ==
          "the ELF entry 0x8 is in no segment");
}
