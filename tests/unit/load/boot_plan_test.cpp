#include "emu/load/boot_plan.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::name_of;
using load::plan_boot;
using load::Protocol;

TEST_CASE("plan: every format is recognised by its own marks")
{
    CHECK(sound_plan(request_for(build_bzimage())).protocol == Protocol::Linux);
    CHECK(sound_plan(request_for(build_multiboot_flat())).protocol == Protocol::Multiboot);
    CHECK(sound_plan(request_for(build_pvh())).protocol == Protocol::Pvh);
    auto const elf32 = build_elf<Elf32>(0x10'0000, {{.paddr = 0x10'0000, .bss = 4}});
    CHECK(sound_plan(request_for(elf32)).protocol == Protocol::RawElf32);
    auto const elf64 = build_elf<Elf64>(0x10'0000, {{.paddr = 0x10'0000, .bss = 4}});
    CHECK(sound_plan(request_for(elf64)).protocol == Protocol::RawElf64);
}

TEST_CASE("plan: Linux before multiboot before ELF, as under QEMU")
{
    auto image = build_bzimage();
    load::put_struct(image, 0, multiboot_header(0));
    CHECK(sound_plan(request_for(image)).protocol == Protocol::Linux);

    auto const note = build_note("Xen", kXenNoteEntry, load::bytes_of(uint32_t{0x10'0000}));
    auto text = numbered_bytes(64);
    load::put_struct(text, 0, multiboot_header(0));
    auto const both =
        build_elf<Elf32>(0x10'0000, {{.paddr = 0x10'0000, .bytes = text}, note_segment(note)});
    CHECK(sound_plan(request_for(both)).protocol == Protocol::Multiboot);
}

TEST_CASE("plan: names")
{
    CHECK(name_of(Protocol::Linux) == std::string("linux"));
    CHECK(name_of(Protocol::Multiboot) == std::string("multiboot"));
    CHECK(name_of(Protocol::Pvh) == std::string("pvh"));
    CHECK(name_of(Protocol::RawElf32) == std::string("elf32"));
    CHECK(name_of(Protocol::RawElf64) == std::string("elf64"));
}

TEST_CASE("plan: what is no kernel says so")
{
    CHECK(boot_error({}) == "an image of 0 bytes with neither a Linux header, a multiboot header "
                            "nor an ELF header");
    CHECK(boot_error(bytes_of_text("#!/bin/sh\n")) != "");
    CHECK(boot_error(Bytes(100000)) != "");
    for (auto const& image : {build_bzimage(), build_multiboot_flat(), build_pvh()}) {
        CHECK(boot_error(image, 0) != ""); // a machine without RAM
        CHECK(boot_error(image, 1 * kMiB) != "");
    }
}

TEST_CASE("plan: a command line with a NUL character")
{
    auto const image = build_bzimage();
    auto request = request_for(image);
    request.cmdline = std::string("a\0b", 3);
    CHECK(error_of(plan_boot(request)) == "the command line has a NUL character at 1");
}

TEST_CASE("plan: what is behind the last segment is not looked at")
{
    auto text = numbered_bytes(100);
    load::put_struct(text, 0, multiboot_header(kMultibootPageAlign));
    auto const multiboot = build_elf<Elf64>(0x10'0020, {{.paddr = 0x10'0000, .bytes = text}});
    auto const plain = build_elf<Elf32>(0x10'0000, {{.paddr = 0x10'0000, .bytes = text}});
    for (auto image : {multiboot, plain, build_pvh(), build_multiboot_flat()}) {
        size_t const whole = image.size();
        image.resize(whole + 3 * load::kHeadSize, std::byte{0x5a});
        auto const head = std::span(image).first(load::kHeadSize);
        auto const needed = load::needed_bytes(head);
        REQUIRE(needed);
        CHECK(*needed == load::kHeadSize); // no less, once it is read
        auto const all = sound_plan(request_for(image));
        image.resize(*needed);
        auto const part = sound_plan(request_for(image));
        CHECK(part.kernel_data == all.kernel_data);
        CHECK(part.setup_data == all.setup_data);
        CHECK(part.direct.size() == all.direct.size());
    }
}

TEST_CASE("plan: a large segment is needed to its end; what cannot be told is needed whole")
{
    auto const large = numbered_bytes(5 * load::kHeadSize);
    auto image = build_elf<Elf64>(0x10'0000, {{.paddr = 0x10'0000, .bytes = large}});
    size_t const whole = image.size();
    image.resize(whole + load::kHeadSize);
    auto const head = std::span(image).first(load::kHeadSize);
    CHECK(load::needed_bytes(head) == whole);
    edit<Elf64::Header>(image, 0, [&](auto& header) { header.segments_offset = whole; });
    CHECK(!load::needed_bytes(head));
    edit<Elf64::Header>(image, 0, [](auto& header) { header.segments_offset = 64; });
    edit_segment<Elf64>(image, 0, [](auto& segment) { segment.offset = UINT64_MAX; });
    CHECK(!load::needed_bytes(head));
    CHECK(!load::needed_bytes(build_bzimage()));
    CHECK(!load::needed_bytes(Bytes(load::kHeadSize)));
    auto flat = build_multiboot_flat();
    edit<MultibootHeader>(flat, kFlatHeaderAt, [](auto& header) { header.load_end_addr = 0; });
    CHECK(!load::needed_bytes(flat));
}
