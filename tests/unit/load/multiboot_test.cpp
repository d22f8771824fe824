#include "emu/load/multiboot.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::Protocol;

namespace {

template<class Change>
std::string flat_error(Change change)
{
    auto image = build_multiboot_flat();
    edit<MultibootHeader>(image, kFlatHeaderAt, change);
    return boot_error(image);
}

} // namespace

TEST_CASE_TEMPLATE("multiboot: an ELF file of either class is flattened", Class, Elf32, Elf64)
{
    auto text = numbered_bytes(100);
    load::put_struct(text, 0, multiboot_header(kMultibootPageAlign));
    auto const image = build_elf<Class>(
        0xc010'0020,
        {{.vaddr = 0xc010'0000, .paddr = 0x10'0000, .bytes = text},
         {.vaddr = 0xc010'1000, .paddr = 0x10'1000, .bytes = numbered_bytes(50), .bss = 70}});
    auto const plan = sound_plan(request_for(image));
    CHECK(plan.protocol == Protocol::Multiboot);
    CHECK(plan.kernel_addr == 0x10'0000);
    CHECK(plan.kernel_entry == 0x10'0020);
    CHECK(plan.setup_data.empty());
    CHECK(plan.direct.empty());

    Bytes expected = text;
    expected.resize(0x1000);
    auto const data = numbered_bytes(50);
    expected.insert(expected.end(), data.begin(), data.end());
    expected.resize(0x1000 + 120);
    REQUIRE(plan.kernel_data.size() > expected.size());
    CHECK(std::ranges::equal(expected, std::span(plan.kernel_data).first(expected.size())));
}

TEST_CASE("multiboot: the address fields name the part of the file to load")
{
    auto const image = build_multiboot_flat();
    auto const plan = sound_plan(request_for(image));
    CHECK(plan.protocol == Protocol::Multiboot);
    CHECK(plan.kernel_addr == 0x10'0000);
    CHECK(plan.kernel_entry == 0x10'0080);
    CHECK(std::ranges::equal(std::span(plan.kernel_data).first(1024),
                             std::span(image).subspan(16, 1024)));
    for (size_t i = 1024; i < 1024 + 0x300; i++)
        CHECK(plan.kernel_data[i] == std::byte{0});
}

TEST_CASE("multiboot: load_end_addr 0 is the rest of the file, bss_end_addr 0 no bss")
{
    auto image = build_multiboot_flat();
    edit<MultibootHeader>(image, kFlatHeaderAt, [](auto& header) {
        header.load_end_addr = 0;
        header.bss_end_addr = 0;
        header.entry_addr = header.load_addr + 1023;
    });
    auto const plan = sound_plan(request_for(image));
    CHECK(std::ranges::equal(std::span(plan.kernel_data).first(1024),
                             std::span(image).subspan(16, 1024)));
    edit<MultibootHeader>(image, kFlatHeaderAt, [](auto& header) { header.entry_addr++; });
    CHECK(boot_error(image) ==
          "the multiboot entry 0x100400 is not in the kernel, 0x400 bytes at 0x100000");
}

TEST_CASE("multiboot: address fields count even in an ELF file")
{
    auto image = build_multiboot_elf<Elf64>(kMultibootHasAddresses);
    edit<MultibootHeader>(image, kElfDataAt, [](auto& header) {
        header.header_addr = header.load_addr = 0x20'0000;
        header.entry_addr = 0x20'0040;
    });
    auto const plan = sound_plan(request_for(image));
    CHECK(plan.kernel_addr == 0x20'0000);
    CHECK(plan.kernel_entry == 0x20'0040);
}

TEST_CASE("multiboot: address fields that contradict each other or the file")
{
    CHECK(flat_error([](auto& h) { h.header_addr = h.load_addr - 1; }) ==
          "multiboot load_addr 0x100000 and header_addr 0xfffff do not fit a header at 0x40 of the "
          "file");
    CHECK(flat_error([](auto& h) { h.header_addr = h.load_addr + kFlatHeaderAt + 1; }) != "");
    CHECK(flat_error([](auto& h) { h.load_end_addr = h.load_addr - 1; }) ==
          "multiboot load_addr 0x100000, load_end_addr 0xfffff and bss_end_addr 0x100700 do not "
          "rise");
    CHECK(flat_error([](auto& h) { h.bss_end_addr = h.load_end_addr - 1; }) != "");
    CHECK(flat_error([](auto& h) { h.load_end_addr = h.bss_end_addr = h.load_addr + 1025; }) ==
          "the multiboot kernel is cut off at 1024 of 1025 bytes");
    CHECK(flat_error([](auto& h) { h.load_end_addr = h.bss_end_addr = 0xffff'ffff; }) != "");
    CHECK(flat_error([](auto& h) { h.bss_end_addr = 0xffff'ffff; }) ==
          "the kernel at 0x100000 with 0xffefffff bytes does not fit into RAM (0x10000-0x9fbff and "
          "0x100000-0xfdffff)");
    CHECK(flat_error([](auto& h) { h.entry_addr = h.load_addr - 1; }) != "");
    CHECK(flat_error([](auto& h) {
              h.load_addr = 0xffff'ff00; // and 1 KiB of file
              h.header_addr = 0xffff'ff00 + kFlatHeaderAt - 16;
              h.load_end_addr = h.bss_end_addr = 0;
          }) != "");
}

TEST_CASE("multiboot: the header is found at any multiple of 4 in the first 8 KiB")
{
    auto const image_with_header_at = [](size_t offset) {
        Bytes image(16384);
        auto header = multiboot_header(kMultibootHasAddresses);
        header.load_addr = 0x10'0000;
        header.header_addr = 0x10'0000 + static_cast<uint32_t>(offset);
        header.entry_addr = 0x10'0000;
        load::put_struct(image, offset, header);
        return image;
    };
    CHECK(boot_error(image_with_header_at(0)) == "");
    CHECK(boot_error(image_with_header_at(4096 + 4)) == "");
    CHECK(boot_error(image_with_header_at(8192 - 32)) == "");
    CHECK(boot_error(image_with_header_at(8192 - 28)) ==
          "the multiboot header at 0x1fe4 is cut off");
    CHECK(!load::is_multiboot(image_with_header_at(8192 - 8)));
    CHECK(!load::is_multiboot(image_with_header_at(4096 + 2)));
}

TEST_CASE("multiboot: only a right checksum makes a header")
{
    auto image = build_multiboot_flat();
    edit<MultibootHeader>(image, kFlatHeaderAt, [](auto& header) { header.checksum++; });
    CHECK(!load::is_multiboot(image));
    // The first magic number may be a constant in the code; the search goes on behind it.
    load::put_struct(image, 16, kMultibootHeaderMagic);
    edit<MultibootHeader>(image, kFlatHeaderAt, [](auto& header) { header.checksum--; });
    CHECK(sound_plan(request_for(image)).kernel_entry == 0x10'0080);
}

TEST_CASE("multiboot: unknown required features are refused, optional ones are not")
{
    CHECK(boot_error(build_multiboot_elf<Elf32>(kMultibootWantVideo | 1u << 17)) == "");
    CHECK(boot_error(build_multiboot_elf<Elf32>(0)) == "");
    for (unsigned bit = 3; bit < 16; bit++)
        CHECK(
            boot_error(build_multiboot_elf<Elf32>(1u << bit | 1)) ==
            fmt::format("the multiboot header asks for unknown features, flags {:#x}", 1u << bit));
}

TEST_CASE("multiboot: without address fields it must be a sound ELF file")
{
    auto image = build_multiboot_elf<Elf32>();
    edit<uint32_t>(image, 0, [](auto& magic) { magic = 0; });
    CHECK(boot_error(image) == "a multiboot header without address fields, but not in an ELF file");

    image = build_multiboot_elf<Elf32>();
    edit_segment<Elf32>(image, 0, [](auto& segment) { segment.paddr = 0x9'fc00; });
    CHECK(boot_error(image) == "segment 0 at 0x9fc00 with 0x900 bytes does not fit into RAM "
                               "(0x10000-0x9fbff and 0x100000-0xfdffff)");

    image = build_multiboot_elf<Elf32>();
    edit<Elf32::Header>(image, 0, [](auto& header) { header.entry = 0x99; });
    CHECK(boot_error(image) == "the ELF entry 0x99 is in no segment");
}

TEST_CASE("multiboot: a kernel in both regions of RAM has no flat form")
{
    auto text = numbered_bytes(64);
    load::put_struct(text, 0, multiboot_header(0));
    auto const image = build_elf<Elf32>(
        0x10'0000, {{.paddr = 0x10'0000, .bytes = text}, {.paddr = 0x2'0000, .bytes = text}});
    CHECK(boot_error(image) == "the kernel at 0x20000 with 0xe0040 bytes does not fit into RAM "
                               "(0x10000-0x9fbff and 0x100000-0xfdffff)");
}
