// A mapped file, its segments taken as RAM, its notes as processors.
#include <algorithm>
#include <cstring>
#include <optional>

#include <elf.h>

#include "emu/core/core_file.hpp"

namespace pagelab::core {

namespace {

using mem::Region;

struct Segment {
    uint32_t type;
    uint64_t offset, physical, file_size;
};

struct Headers {
    unsigned machine;
    std::vector<Segment> segments;
};

template<class T>
Result<T> take(std::span<std::byte const> file, uint64_t offset)
{
    T value{};
    if (offset > file.size() || file.size() - offset < sizeof value)
        return fail("it ends within its headers");
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

template<class Header, class Program>
Result<Headers> read_headers(std::span<std::byte const> file)
{
    Header const header = TRY(take<Header>(file, 0));
    if (header.e_type != ET_CORE)
        return fail("an ELF file, but no core");
    if (header.e_phentsize != sizeof(Program))
        return fail("program headers of {} bytes", header.e_phentsize);
    Headers result{header.e_machine, {}};
    for (uint64_t i = 0; i < header.e_phnum; ++i) {
        uint64_t const at = i * sizeof(Program);
        if (header.e_phoff > file.size())
            return fail("it ends within its headers");
        Program const program = TRY(take<Program>(file, header.e_phoff + at));
        if (program.p_offset > file.size() || program.p_filesz > file.size() - program.p_offset)
            return fail("segment {} lies beyond the file's end", i);
        result.segments.push_back(
            {program.p_type, program.p_offset, program.p_paddr, program.p_filesz});
    }
    return result;
}

Result<Headers> read_headers_of_class(std::span<std::byte const> file)
{
    auto const ident = TRY((take<std::array<unsigned char, EI_NIDENT>>(file, 0)));
    if (std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0 || ident[EI_DATA] != ELFDATA2LSB)
        return fail("no ELF file");
    if (ident[EI_CLASS] == ELFCLASS32)
        return read_headers<Elf32_Ehdr, Elf32_Phdr>(file);
    return read_headers<Elf64_Ehdr, Elf64_Phdr>(file);
}

// Several segments may show the same RAM; each byte of it is taken once.
Result<std::vector<Region>> ram_regions(Headers const& headers, HostMemory const& file)
{
    std::vector<Segment> loads;
    for (Segment const& segment : headers.segments)
        if (segment.type == PT_LOAD && segment.file_size != 0)
            loads.push_back(segment);
    std::ranges::sort(loads, [](Segment const& a, Segment const& b) {
        return a.physical != b.physical ? a.physical < b.physical : a.file_size > b.file_size;
    });
    std::vector<Region> regions;
    uint64_t end = 0; // of what is taken
    for (Segment const& load : loads) {
        if (load.physical >= uint64_t{1} << 52 || load.file_size > uint64_t{1} << 52)
            return fail("a segment at physical address {:#x}", load.physical);
        uint64_t const last = load.physical + load.file_size;
        uint64_t const from = std::max(load.physical, end);
        if (from >= last)
            continue;
        regions.push_back({PhysAddr(from), last - from,
                           file.data() + load.offset + (from - load.physical), Region::Kind::Ram});
        end = last;
    }
    if (regions.empty())
        return fail("a core without memory");
    return regions;
}

Result<> read_notes(std::vector<Note> const& notes, Core& core)
{
    for (Note const& note : notes) {
        if (note.name == "QEMU" && note.type == 0)
            core.cpus.push_back(TRY(read_qemu_note(note)));
        else if (note.name == "PAGELAB" && note.type == kPagelabState && !core.cpus.empty())
            TRY(add_pagelab_note(note, core.cpus.back()));
        else if (note.name == "VMCOREINFO")
            core.vmcoreinfo.assign(reinterpret_cast<char const*>(note.bytes.data()),
                                   note.bytes.size());
    }
    return {};
}

} // namespace

Result<Core> parse_core(HostMemory file)
{
    Headers const headers = TRY(read_headers_of_class(file));
    if (headers.machine != EM_386 && headers.machine != EM_X86_64)
        return fail("a core of machine type {}", headers.machine);
    auto regions = TRY(ram_regions(headers, file));
    std::vector<Note> notes;
    for (Segment const& segment : headers.segments)
        if (segment.type == PT_NOTE) {
            std::span<std::byte const> const bytes = file;
            auto const found = TRY(unpack(bytes.subspan(segment.offset, segment.file_size)));
            notes.insert(notes.end(), found.begin(), found.end());
        }
    Core core{mem::PhysicalMemory::read_only(std::move(regions), std::move(file)),
              {},
              {},
              headers.machine == EM_386 ? Width::Bits32 : Width::Bits64};
    TRY(read_notes(notes, core));
    if (core.cpus.empty())
        return fail("no note has a processor's control registers");
    return core;
}

Result<Core> read_core(std::filesystem::path const& file)
{
    auto mapped = HostMemory::map_file(file);
    auto core = mapped ? parse_core(std::move(*mapped)) : std::unexpected(mapped.error());
    if (!core)
        return fail("cannot read core '{}': {}", file.string(), core.error().message);
    return core;
}

} // namespace pagelab::core
