#include "guestkernel/mm/kcore.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <gelf.h>

#include "tests/unit/mm/test_node.hpp"

namespace pagelab::mm {

namespace {

constexpr uint64_t kBase = 0xffff'8880'0000'0000;
constexpr uint64_t kText = 0xffff'ffff'8100'0000;
constexpr char kInfo[] = "PAGESIZE=4096\nODD";

constexpr kcore_range kRanges[] = {
    {kText, 0x20'0000, 0x20'0000},
    {0xffff'c900'0000'0000, 0x1fff'ffff'ffff, kNoPhysical},
    {kBase + 0x10'0000, 0x7ee'0000, 0x10'0000},
};

// Each byte is its address's number of the page.
void copy_page_number(uint64_t address, void* buffer, size_t size)
{
    CHECK(address / kPageSize == (address + size - 1) / kPageSize);
    std::memset(buffer, static_cast<int>(address / kPageSize % 251), size);
}

constexpr kcore kCore = {kRanges, 3, kBase, "console=ttyS0", kInfo, copy_page_number};

std::string read(uint64_t offset, size_t size)
{
    std::string bytes(size, '?');
    bytes.resize(expect(read_kcore(kCore, offset, bytes.data(), size)));
    return bytes;
}

} // namespace

TEST_CASE("the header is an ELF core file whose segments are the ranges")
{
    std::string header = read(0, kcore_data_offset(kCore));
    REQUIRE(elf_version(EV_CURRENT) != EV_NONE);
    Elf* const elf = elf_memory(header.data(), header.size());
    REQUIRE(elf != nullptr);
    GElf_Ehdr file;
    REQUIRE(gelf_getehdr(elf, &file) != nullptr);
    CHECK(file.e_type == ET_CORE);
    CHECK(file.e_machine == EM_X86_64);
    size_t count = 0;
    REQUIRE(elf_getphdrnum(elf, &count) == 0);
    REQUIRE(count == 4);
    GElf_Phdr segment;
    for (int i = 1; i < 4; i++) {
        REQUIRE(gelf_getphdr(elf, i, &segment) != nullptr);
        kcore_range const& range = kRanges[i - 1];
        CHECK(segment.p_type == PT_LOAD);
        CHECK(segment.p_flags == (PF_R | PF_W | PF_X));
        CHECK(segment.p_vaddr == range.start);
        CHECK(segment.p_paddr == range.physical);
        CHECK(segment.p_filesz == range.size);
        CHECK(segment.p_memsz == range.size);
        CHECK(segment.p_align == kPageSize);
        CHECK(segment.p_offset == range.start - kBase + kcore_data_offset(kCore));
    }
    elf_end(elf);
}

TEST_CASE("the notes are those of a core dump")
{
    std::string header = read(0, kcore_data_offset(kCore));
    Elf* const elf = elf_memory(header.data(), header.size());
    GElf_Phdr segment;
    REQUIRE(gelf_getphdr(elf, 0, &segment) != nullptr);
    CHECK(segment.p_type == PT_NOTE);
    CHECK(segment.p_offset + segment.p_filesz <= header.size());
    Elf_Data* const data = elf_getdata_rawchunk(elf, static_cast<int64_t>(segment.p_offset),
                                                segment.p_filesz, ELF_T_NHDR);
    REQUIRE(data != nullptr);
    std::vector<std::string> names;
    std::vector<std::pair<unsigned, std::string>> contents;
    GElf_Nhdr note;
    size_t name = 0;
    size_t descriptor = 0;
    for (size_t at = 0; (at = gelf_getnote(data, at, &note, &name, &descriptor)) > 0;) {
        auto const* const bytes = static_cast<char const*>(data->d_buf);
        names.emplace_back(bytes + name);
        contents.emplace_back(note.n_type, std::string(bytes + descriptor, note.n_descsz));
    }
    CHECK(names == std::vector<std::string>{"CORE", "CORE", "VMCOREINFO"});
    CHECK(contents[0] == std::pair{unsigned{NT_PRSTATUS}, std::string(336, '\0')});
    CHECK(contents[1].first == NT_PRPSINFO);
    CHECK(contents[1].second.size() == 136);
    CHECK(contents[1].second.c_str()[1] == 'R');
    CHECK(std::string(contents[1].second.c_str() + 40) == "vmlinux");
    CHECK(std::string(contents[1].second.c_str() + 56) == "console=ttyS0");
    CHECK(contents[2] == std::pair{0u, std::string(kInfo)});
    elf_end(elf);
}

TEST_CASE("memory is at its address; between the ranges, zeroes; and the file has an end")
{
    uint64_t const data = kcore_data_offset(kCore);
    auto const byte = [](uint64_t address) { return static_cast<char>(address / kPageSize % 251); };
    uint64_t const start = kBase + 0x10'0000;
    std::string const bytes = read(data + 0x10'0000 - 2, 0x1003);
    CHECK(bytes.substr(0, 3) == std::string{0, 0, byte(start)});
    CHECK(bytes.substr(0x1001) == std::string{byte(start), byte(start + kPageSize)});
    CHECK(read(data - 1, 2) == std::string(2, '\0')); // the last of the header, and page 0
    CHECK(kcore_size(kCore) == data + (kText + 0x20'0000 - kBase));
    CHECK(read(kcore_size(kCore) - 1, 10) == std::string{byte(kText + 0x1f'f000)});
    CHECK(read(kcore_size(kCore), 10).empty());
    // However it is cut, the header is the same.
    std::string const header = read(0, data);
    CHECK(read(0, 13) + read(13, 700) + read(713, data - 713) == header);
}

} // namespace pagelab::mm
