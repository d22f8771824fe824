// Headers, notes, then RAM page by page where it is not zero. RAM that was never touched is not
// looked at.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include "emu/core/core_file.hpp"
#include "emu/mem/touched_pages.hpp"

namespace pagelab::core {

namespace {

using mem::Region;

struct Piece {
    VirtAddr virt;
    PhysAddr physical;
    uint64_t size;
    uint64_t offset; // in the file
};

constexpr uint64_t kMaxPieces = 60'000; // e_phnum has 16 bits

bool is_ram(Region const& region)
{
    return region.kind == Region::Kind::Ram;
}

// Where each region's bytes begin in the file.
std::vector<Piece> ram_pieces(mem::PhysicalMemory const& memory, uint64_t offset)
{
    std::vector<Piece> pieces;
    for (Region const& region : memory.regions())
        if (is_ram(region)) {
            pieces.push_back({VirtAddr(region.base.value), region.base, region.size, offset});
            offset += region.size;
        }
    return pieces;
}

std::vector<Piece> mapped_pieces(std::vector<Mapping> const& mappings,
                                 std::vector<Piece> const& ram)
{
    std::vector<Piece> pieces;
    for (Mapping const& mapping : mappings)
        for (Piece const& region : ram) {
            PhysAddr const from = std::max(mapping.physical, region.physical);
            PhysAddr const to =
                std::min(mapping.physical + mapping.size, region.physical + region.size);
            if (from >= to || pieces.size() >= kMaxPieces)
                continue;
            pieces.push_back({mapping.start + (from - mapping.physical), from, to - from,
                              region.offset + (from - region.physical)});
        }
    return pieces;
}

template<class Header, class Program>
std::vector<std::byte> headers(std::vector<Piece> const& pieces, uint64_t notes_size,
                               unsigned machine, unsigned char elf_class)
{
    Header header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = elf_class;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_CORE;
    header.e_machine = static_cast<decltype(header.e_machine)>(machine);
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof(Header);
    header.e_ehsize = sizeof(Header);
    header.e_phentsize = sizeof(Program);
    header.e_phnum = static_cast<decltype(header.e_phnum)>(pieces.size() + 1);
    std::vector<Program> programs(1);
    programs[0].p_type = PT_NOTE;
    programs[0].p_offset = static_cast<decltype(Program::p_offset)>(
        sizeof(Header) + (pieces.size() + 1) * sizeof(Program));
    programs[0].p_filesz = static_cast<decltype(Program::p_filesz)>(notes_size);
    for (Piece const& piece : pieces) {
        Program program{};
        program.p_type = PT_LOAD;
        program.p_flags = PF_R | PF_W | PF_X;
        program.p_offset = static_cast<decltype(Program::p_offset)>(piece.offset);
        program.p_vaddr = static_cast<decltype(Program::p_vaddr)>(piece.virt.value);
        program.p_paddr = static_cast<decltype(Program::p_paddr)>(piece.physical.value);
        program.p_filesz = static_cast<decltype(Program::p_filesz)>(piece.size);
        program.p_memsz = program.p_filesz;
        programs.push_back(program);
    }
    auto const first = std::as_bytes(std::span(&header, 1));
    auto const rest = std::as_bytes(std::span(programs));
    std::vector<std::byte> bytes(first.begin(), first.end());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

class File {
  public:
    explicit File(std::filesystem::path const& path)
        : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644))
    {
    }
    ~File() { close(); }

    Result<> write(std::span<std::byte const> bytes, uint64_t offset)
    {
        while (!bytes.empty()) {
            ssize_t const count =
                pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count <= 0)
                return fail("{}", std::strerror(errno));
            bytes = bytes.subspan(static_cast<size_t>(count));
            offset += static_cast<uint64_t>(count);
        }
        return {};
    }
    Result<> finish(uint64_t size)
    {
        if (descriptor_ < 0 || ftruncate(descriptor_, static_cast<off_t>(size)) != 0 || !close())
            return fail("{}", std::strerror(errno));
        return {};
    }

  private:
    bool close()
    {
        bool const good = descriptor_ < 0 || ::close(descriptor_) == 0;
        descriptor_ = -1;
        return good;
    }
    int descriptor_;
};

bool is_zero(std::span<std::byte const> page)
{
    return page[0] == std::byte{0} &&
           std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

Result<> write_pages(File& file, std::span<std::byte const> bytes, uint64_t offset)
{
    for (uint64_t at = 0; at < bytes.size(); at += kPageSize) {
        auto const page = bytes.subspan(at, std::min<uint64_t>(kPageSize, bytes.size() - at));
        if (!is_zero(page))
            TRY(file.write(page, offset + at));
    }
    return {};
}

Result<> write_touched(File& file, Region const& region, uint64_t offset)
{
    Result<> written;
    auto const visit = [&](std::span<std::byte> bytes, bool is_touched) {
        if (is_touched)
            written = write_pages(file, bytes,
                                  offset + static_cast<uint64_t>(bytes.data() - region.host));
        return written.has_value();
    };
    mem::for_each_touched({region.host, region.size}, visit);
    return written;
}

bool fits_32(std::vector<Piece> const& pieces)
{
    return std::ranges::all_of(pieces, [](Piece const& piece) {
        return piece.offset + piece.size <= UINT32_MAX &&
               piece.physical.value + piece.size - 1 <= UINT32_MAX;
    });
}

Result<uint64_t> write_all(std::filesystem::path const& path, mem::PhysicalMemory const& memory,
                           CoreInput const& input)
{
    std::vector<Note> notes;
    for (unsigned cpu = 0; cpu < input.cpus.size(); ++cpu)
        notes.push_back(prstatus_note(input.cpus[cpu], cpu, input.width));
    for (cpu::CpuState const& state : input.cpus) {
        notes.push_back(qemu_note(state));
        notes.push_back(pagelab_note(state));
    }
    notes.push_back(vmcoreinfo_note(input.vmcoreinfo));
    auto const packed = pack(notes);

    // Mappings come first: where addresses clash, gdb takes the first.
    auto const room = [&](size_t count) {
        uint64_t const size = 64 + (count + 1) * sizeof(Elf64_Phdr) + packed.size();
        return (size + kPageSize - 1) / kPageSize * kPageSize;
    };
    size_t const mapped_count = mapped_pieces(input.mappings, ram_pieces(memory, 0)).size();
    auto const ram = ram_pieces(memory, room(mapped_count + memory.regions().size()));
    auto pieces = mapped_pieces(input.mappings, ram);
    pieces.insert(pieces.end(), ram.begin(), ram.end());

    bool const small = input.width == Width::Bits32 && fits_32(pieces);
    unsigned const machine = input.width == Width::Bits32 ? EM_386 : EM_X86_64;
    auto bytes = small
                     ? headers<Elf32_Ehdr, Elf32_Phdr>(pieces, packed.size(), machine, ELFCLASS32)
                     : headers<Elf64_Ehdr, Elf64_Phdr>(pieces, packed.size(), machine, ELFCLASS64);
    bytes.insert(bytes.end(), packed.begin(), packed.end());
    File file(path);
    TRY(file.write(bytes, 0));
    auto piece = ram.begin();
    for (Region const& region : memory.regions())
        if (is_ram(region))
            TRY(input.untouched_is_zero
                    ? write_touched(file, region, piece++->offset)
                    : write_pages(file, {region.host, region.size}, piece++->offset));
    uint64_t const size = ram.back().offset + ram.back().size;
    TRY(file.finish(size));
    return size;
}

} // namespace

Result<uint64_t> write_core(std::filesystem::path const& file, mem::PhysicalMemory const& memory,
                            CoreInput const& input)
{
    std::filesystem::path const temporary = file.string() + ".part";
    auto written = write_all(temporary, memory, input);
    std::error_code error;
    if (written)
        std::filesystem::rename(temporary, file, error);
    if (!written || error) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        return fail("cannot write '{}': {}", file.string(),
                    written ? error.message() : written.error().message);
    }
    return written;
}

} // namespace pagelab::core
