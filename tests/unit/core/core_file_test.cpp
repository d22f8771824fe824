// A machine written as a core and read back: the same RAM, the same registers.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <elf.h>
#include <sys/stat.h>

#include "emu/core/core_file.hpp"

using namespace pagelab;
using namespace pagelab::core;

namespace {

class TemporaryFile {
  public:
    TemporaryFile()
    {
        std::string name = std::filesystem::temp_directory_path() / "pagelab-core-XXXXXX";
        int const descriptor = mkstemp(name.data());
        REQUIRE(descriptor >= 0);
        close(descriptor);
        path = name;
    }
    ~TemporaryFile() { std::filesystem::remove(path); }

    std::filesystem::path path;
};

mem::PhysicalMemory machine_memory()
{
    std::vector<std::byte> const rom(64 * 1024, std::byte{0xf4});
    auto memory = mem::PhysicalMemory::create(uint64_t{32} << 20, rom);
    REQUIRE(memory);
    for (uint64_t const at : {0x1000, 0x9'fff0, 0x10'0000, 0x1ff'f000}) {
        uint64_t const value = at * 3;
        memory->write(PhysAddr(at), std::as_bytes(std::span(&value, 1)));
    }
    return std::move(*memory);
}

CoreInput sample(Width width)
{
    CoreInput input;
    input.width = width;
    input.cpus.resize(2);
    input.cpus[0].cr3 = 0x1000;
    input.cpus[1].rip = 0x1234;
    input.cpus[1].efer = 0x800;
    input.vmcoreinfo = "PAGESIZE=4096\n";
    uint64_t const base = width == Width::Bits64 ? 0xffff'8880'0000'0000 : 0xc000'0000;
    input.mappings = {{VirtAddr(base), PhysAddr(0), uint64_t{64} << 20}};
    return input;
}

uint64_t read_u64(std::filesystem::path const& path, uint64_t at)
{
    std::ifstream file(path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    uint64_t value = 0;
    file.read(reinterpret_cast<char*>(&value), sizeof value);
    return value;
}

} // namespace

TEST_CASE("RAM and registers come back, of both widths")
{
    for (Width const width : {Width::Bits32, Width::Bits64}) {
        TemporaryFile file;
        auto const memory = machine_memory();
        CoreInput const input = sample(width);
        REQUIRE(write_core(file.path, memory, input));
        auto const core = read_core(file.path);
        REQUIRE(core);
        CHECK(core->width == width);
        CHECK(core->cpus == input.cpus);
        CHECK(core->vmcoreinfo == input.vmcoreinfo);
        for (uint64_t const at : {0x1000, 0x9'fff0, 0x10'0000, 0x1ff'f000, 0x10'0008, 0x20'0000})
            CHECK(core->memory.read_u64(PhysAddr(at)) == memory.read_u64(PhysAddr(at)));
        CHECK(core->memory.read_u64(PhysAddr(0xa'0000)) == ~uint64_t{0}); // a hole is none
        CHECK(core->memory.ram_size() > uint64_t{31} << 20);
    }
}

TEST_CASE("RAM of a core cannot be written")
{
    TemporaryFile file;
    REQUIRE(write_core(file.path, machine_memory(), sample(Width::Bits64)));
    auto core = read_core(file.path);
    REQUIRE(core);
    uint64_t const value = 1;
    core->memory.write(PhysAddr(0x1000), std::as_bytes(std::span(&value, 1)));
    CHECK(core->memory.read_u64(PhysAddr(0x1000)) == 0x3000);
}

TEST_CASE("pages of zeroes take no room, mappings come before RAM and share its bytes")
{
    TemporaryFile file;
    auto const size = write_core(file.path, machine_memory(), sample(Width::Bits64));
    REQUIRE(size);
    CHECK(*size == std::filesystem::file_size(file.path));
    struct stat status = {};
    REQUIRE(stat(file.path.c_str(), &status) == 0);
    CHECK(status.st_blocks * 512 < 256 * 1024);

    size_t const first = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr); // after PT_NOTE
    CHECK(read_u64(file.path, first + offsetof(Elf64_Phdr, p_vaddr)) == 0xffff'8880'0000'0000);
    uint64_t const offset = read_u64(file.path, first + offsetof(Elf64_Phdr, p_offset));
    CHECK(read_u64(file.path, offset + 0x1000) == 0x3000);
    CHECK(offset % 4096 == 0);
}

TEST_CASE("what is no core gets one line")
{
    TemporaryFile file;
    auto const message = [&] {
        std::string text = read_core(file.path).error().message;
        return text.substr(text.rfind("': ") + 3);
    };
    CHECK(message() == "no file with bytes in it");
    std::ofstream(file.path) << "not an ELF file, but long enough to be one";
    CHECK(message() == "no ELF file");
    REQUIRE(write_core(file.path, machine_memory(), sample(Width::Bits64)));
    std::filesystem::resize_file(file.path, 100'000);
    CHECK(message().starts_with("segment "));
    CHECK(message().ends_with(" lies beyond the file's end"));
    std::filesystem::resize_file(file.path, 70);
    CHECK(message() == "it ends within its headers");
    CHECK(!read_core(file.path.string() + ".none"));
    CHECK(!write_core("/nowhere/core", machine_memory(), sample(Width::Bits64)));
}
