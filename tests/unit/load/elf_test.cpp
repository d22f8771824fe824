#include "emu/load/elf.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::ElfClass;
using load::parse_elf;
using load::physical_entry;
using load::RamLayout;

namespace {

constexpr uint64_t kKernelBase = 0xc000'0000;

// Text at 1 MiB, data and bss behind it, in the file in the other order.
template<class Class>
Bytes two_segments()
{
    return build_elf<Class>(
        kKernelBase + 0x10'0020,
        {{.flags = kElfRead | kElfWrite,
          .vaddr = kKernelBase + 0x10'1000,
          .paddr = 0x10'1000,
          .bytes = numbered_bytes(64),
          .bss = 0x800},
         {.vaddr = kKernelBase + 0x10'0000, .paddr = 0x10'0000, .bytes = numbered_bytes(256)}});
}

template<class Class>
std::string header_error(auto change)
{
    auto image = two_segments<Class>();
    edit<typename Class::Header>(image, 0, change);
    return error_of(parse_elf(image));
}

template<class Class>
std::string segment_error(auto change)
{
    auto image = two_segments<Class>();
    edit_segment<Class>(image, 0, change);
    return error_of(parse_elf(image));
}

} // namespace

TEST_CASE_TEMPLATE("elf: segments come by rising physical address", Class, Elf32, Elf64)
{
    auto const image = two_segments<Class>();
    auto const elf = parse_elf(image);
    REQUIRE(elf);
    CHECK(elf->elf_class == (Class::file_class == kElfClass32 ? ElfClass::Elf32 : ElfClass::Elf64));
    REQUIRE(elf->segments.size() == 2);
    auto const& text = elf->segments[0];
    CHECK(text.index == 1);
    CHECK(text.vaddr == VirtAddr(kKernelBase + 0x10'0000));
    CHECK(text.memory.start == PhysAddr(0x10'0000));
    CHECK(text.memory.size == 256);
    CHECK(std::ranges::equal(text.bytes, numbered_bytes(256)));
    auto const& data = elf->segments[1];
    CHECK(data.memory.size == 64 + 0x800);
    CHECK(data.bytes.size() == 64);
    CHECK(physical_entry(*elf) == PhysAddr(0x10'0020));
    CHECK(segment_at(*elf, PhysAddr(0x10'1000 + 64 + 0x7ff)) == &elf->segments[1]);
    CHECK(segment_at(*elf, PhysAddr(0x10'1000 + 64 + 0x800)) == nullptr);
}

TEST_CASE_TEMPLATE("elf: a header that is not ours", Class, Elf32, Elf64)
{
    CHECK(header_error<Class>([](auto& h) { h.ident.data = 2; }) ==
          "the ELF header has data encoding 2 and version 1, not 1 and 1");
    CHECK(header_error<Class>([](auto& h) { h.ident.version = 0; }) != "");
    CHECK(header_error<Class>([](auto& h) { h.ident.file_class = 3; }) ==
          "the ELF header has class 3, neither 1 nor 2");
    CHECK(header_error<Class>([](auto& h) { h.ident.magic = 0; }) ==
          "not an ELF file: it begins with 0x00000000");
    CHECK(header_error<Class>([](auto& h) { h.machine = 40; }) ==
          fmt::format("the ELF file is for machine 40, not {}", Class::machine));
    CHECK(header_error<Class>([](auto& h) { h.type = 1; }) ==
          "the ELF file is of type 1, not an executable");
    CHECK(header_error<Class>([](auto& h) { h.type = kElfShared; }) == "");
    CHECK(header_error<Class>([](auto& h) { h.segment_entry_size = 31; }) ==
          fmt::format("the ELF header has program headers of 31 bytes, not {}",
                      sizeof(typename Class::Segment)));
    CHECK(header_error<Class>([](auto& h) { h.segment_count = 0xffff; }) ==
          "the ELF header has 65535 program headers, more than 128");
    CHECK(header_error<Class>([](auto& h) { h.segment_count = 0; }) ==
          "the ELF file has nothing to load");
    CHECK(header_error<Class>([](auto& h) { h.segments_offset = 0x600; }) ==
          "the ELF file has 2 program headers at 0x600, but ends at 0x540");
    CHECK(header_error<Class>([](auto& h) { h.segments_offset -= h.segments_offset + 1; }) != "");
}

TEST_CASE_TEMPLATE("elf: a segment with numbers that cannot be", Class, Elf32, Elf64)
{
    CHECK(segment_error<Class>([](auto& s) { s.offset = 0x501; }) ==
          "segment 0 has 64 bytes at 0x501 of the file, which ends at 0x540");
    CHECK(segment_error<Class>([](auto& s) { s.offset = 0x500; }) == "");
    CHECK(segment_error<Class>([](auto& s) { s.offset -= s.offset + 8; }) != "");
    CHECK(segment_error<Class>([](auto& s) { s.file_size -= s.file_size + 1; }) != "");
    CHECK(segment_error<Class>([](auto& s) { s.memory_size = 63; }) ==
          "segment 0 has 64 bytes in the file, more than its 63 in memory");
    CHECK(segment_error<Class>([](auto& s) { s.paddr = 0x10'00ff; }) ==
          "segments 1 and 0 overlap at 0x1000ff");
    CHECK(segment_error<Class>([](auto& s) { s.paddr = 0x10'0100; }) == "");
    CHECK(segment_error<Class>([](auto& s) { s.paddr = 0x10'0000; }) != "");
}

TEST_CASE("elf: a segment that wraps around the 64-bit space")
{
    CHECK(segment_error<Elf64>([](auto& s) { s.paddr = 0xffff'ffff'ffff'ff00; }) ==
          "segment 0 at 0xffffffffffffff00 with 0x840 bytes wraps around");
}

TEST_CASE_TEMPLATE("elf: segments that are not in RAM", Class, Elf32, Elf64)
{
    auto const error = [](uint32_t paddr, uint32_t bss) {
        auto const image = build_elf<Class>(0, {{.paddr = paddr, .bss = bss}});
        auto const elf = parse_elf(image);
        REQUIRE(elf);
        return error_of(check_in_ram(*elf, RamLayout(2 * kMiB)));
    };
    CHECK(error(0x10'0000, 0xe'0000) == "");
    CHECK(error(0x10'0000, 0xe'0001) ==
          "segment 0 at 0x100000 with 0xe0001 bytes does not fit into RAM (0x10000-0x9fbff and "
          "0x100000-0x1dffff)");
    CHECK(error(0x9'f000, 0x1000) != "");
    CHECK(error(0x7c00, 0x200) != "");
    CHECK(error(0xffff'ff00, 0x200) != ""); // wraps at 4 GiB, were it 32 bits
}

TEST_CASE_TEMPLATE("elf: images cut off anywhere never parse differently", Class, Elf32, Elf64)
{
    auto const image = two_segments<Class>();
    size_t const needed = 0x540; // the segments' bytes end here
    for (size_t size = 0; size < needed; size++) {
        CAPTURE(size);
        CHECK(error_of(parse_elf(std::span(image).first(size))) != "");
    }
}

TEST_CASE("elf: the entry is virtual if an executable segment covers it, else physical")
{
    auto const entry = [](uint64_t address, uint32_t flags) {
        auto const image = build_elf<Elf64>(
            address, {{.flags = flags, .vaddr = 0, .paddr = 0x20'0000, .bss = 0x30'0000}});
        return physical_entry(parse_elf(image).value());
    };
    CHECK(entry(0x20'0000, kElfExecute) == PhysAddr(0x40'0000));
    CHECK(entry(0x20'0000, kElfRead) == PhysAddr(0x20'0000));
    CHECK(entry(0x48'0000, kElfExecute) == PhysAddr(0x48'0000));
    CHECK(error_of(entry(0x50'0000, kElfExecute)) == "the ELF entry 0x500000 is in no segment");
}
