// The header is made anew for each read of it: it is a page or two.
#include "guestkernel/mm/kcore.hpp"

#include "guestkernel/abi/boot/elf.hpp"
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::mm {

namespace {

using word = unsigned long;

template<bool kIs64>
struct elf_class {
    using type = Elf64;
};
template<>
struct elf_class<false> {
    using type = Elf32;
};
using Elf = elf_class<sizeof(word) == 8>::type;
using native = decltype(Elf::Header::entry);

constexpr uint16_t kElfCore = 4; // e_type
constexpr uint32_t kPrstatus = 1;
constexpr uint32_t kPrpsinfo = 3;
constexpr uint32_t kNoteAlignment = 4;

// The registers of no thread.
struct elf_prstatus {
    char bytes[sizeof(word) == 8 ? 336 : 144];
};

struct elf_prpsinfo {
    char state;
    char sname; // 'R': running
    char zombie;
    char nice;
    word flag;
    uint16_t ids[sizeof(word) == 8 ? 4 : 2]; // uid and gid: 32 bits each, or 16
    int pids[4];
    char fname[16];
    char psargs[80];
};
static_assert(sizeof(elf_prpsinfo) == (sizeof(word) == 8 ? 136 : 124));

// Stores those bytes written to it that fall into [offset, offset + size).
struct window {
    uint64_t offset;
    char* buffer;
    size_t size;
    uint64_t position; // of the next byte written
};

void put(window& out, void const* bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, out.position++) {
        if (out.position >= out.offset && out.position - out.offset < out.size)
            out.buffer[out.position - out.offset] = static_cast<char const*>(bytes)[i];
    }
}

size_t note_size(char const* name, size_t length)
{
    return sizeof(ElfNoteHeader) + lib::align_up(strlen(name) + 1, size_t{kNoteAlignment}) +
           lib::align_up(length, size_t{kNoteAlignment});
}

size_t notes_size(kcore const& core)
{
    return note_size("CORE", sizeof(elf_prstatus)) + note_size("CORE", sizeof(elf_prpsinfo)) +
           note_size("VMCOREINFO", strlen(core.vmcoreinfo));
}

uint64_t notes_offset(kcore const& core)
{
    return sizeof(Elf::Header) + (core.nr_ranges + 1) * sizeof(Elf::Segment);
}

void put_note(window& out, uint32_t type, char const* name, void const* bytes, size_t length)
{
    constexpr char kPadding[kNoteAlignment] = {};
    size_t const name_size = strlen(name) + 1;
    ElfNoteHeader const header = {static_cast<uint32_t>(name_size), static_cast<uint32_t>(length),
                                  type};
    put(out, &header, sizeof(header));
    put(out, name, name_size);
    put(out, kPadding, lib::align_up(name_size, size_t{kNoteAlignment}) - name_size);
    put(out, bytes, length);
    put(out, kPadding, lib::align_up(length, size_t{kNoteAlignment}) - length);
}

void put_file_header(window& out, kcore const& core)
{
    Elf::Header header = {};
    header.ident = {kElfMagic, Elf::file_class, kElfLittleEndian, kElfVersion, 0, {}};
    header.type = kElfCore;
    header.machine = Elf::machine;
    header.version = kElfVersion;
    header.segments_offset = sizeof(Elf::Header);
    header.header_size = sizeof(Elf::Header);
    header.segment_entry_size = sizeof(Elf::Segment);
    header.segment_count = static_cast<uint16_t>(core.nr_ranges + 1);
    put(out, &header, sizeof(header));
}

void put_segments(window& out, kcore const& core)
{
    Elf::Segment notes = {};
    notes.type = kElfNote;
    notes.offset = static_cast<native>(notes_offset(core));
    notes.file_size = static_cast<native>(notes_size(core));
    put(out, &notes, sizeof(notes));
    for (unsigned i = 0; i < core.nr_ranges; i++) {
        kcore_range const& range = core.ranges[i];
        Elf::Segment segment = {};
        segment.type = kElfLoad;
        segment.flags = kElfRead | kElfWrite | kElfExecute;
        segment.offset = static_cast<native>(range.start - core.base + kcore_data_offset(core));
        segment.vaddr = static_cast<native>(range.start);
        segment.paddr = static_cast<native>(range.physical);
        segment.file_size = segment.memory_size = static_cast<native>(range.size);
        segment.alignment = kPageSize;
        put(out, &segment, sizeof(segment));
    }
}

void put_notes(window& out, kcore const& core)
{
    elf_prstatus const status = {};
    put_note(out, kPrstatus, "CORE", &status, sizeof(status));
    elf_prpsinfo info = {};
    info.sname = 'R';
    memcpy(info.fname, "vmlinux", sizeof("vmlinux"));
    size_t const length = strlen(core.command_line);
    constexpr size_t kMost = sizeof(info.psargs) - 1;
    memcpy(info.psargs, core.command_line, length < kMost ? length : kMost);
    put_note(out, kPrpsinfo, "CORE", &info, sizeof(info));
    put_note(out, 0, "VMCOREINFO", core.vmcoreinfo, strlen(core.vmcoreinfo));
}

bool is_in_a_range(kcore const& core, uint64_t address)
{
    for (unsigned i = 0; i < core.nr_ranges; i++) {
        if (address >= core.ranges[i].start && address - core.ranges[i].start < core.ranges[i].size)
            return true;
    }
    return false;
}

} // namespace

uint64_t kcore_data_offset(kcore const& core)
{
    return lib::align_up(notes_offset(core) + notes_size(core), uint64_t{kPageSize});
}

uint64_t kcore_size(kcore const& core)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < core.nr_ranges; i++) {
        uint64_t const range_end = core.ranges[i].start - core.base + core.ranges[i].size;
        end = range_end > end ? range_end : end;
    }
    return kcore_data_offset(core) + end;
}

Result<size_t> read_kcore(kcore const& core, uint64_t offset, void* buffer, size_t size)
{
    uint64_t const data = kcore_data_offset(core);
    uint64_t const end = kcore_size(core);
    if (offset >= end)
        return size_t{0};
    size = end - offset < size ? static_cast<size_t>(end - offset) : size;
    memset(buffer, 0, size);
    window out = {offset, static_cast<char*>(buffer), size, 0};
    if (offset < data) {
        put_file_header(out, core);
        put_segments(out, core);
        put_notes(out, core);
    }
    uint64_t at = offset > data ? offset : data;
    while (at < offset + size) {
        uint64_t const address = core.base + (at - data);
        uint64_t const left_in_page = kPageSize - address % kPageSize;
        uint64_t const left = offset + size - at;
        auto const piece = static_cast<size_t>(left < left_in_page ? left : left_in_page);
        if (is_in_a_range(core, address))
            core.copy(address, out.buffer + (at - offset), piece);
        at += piece;
    }
    return size;
}

} // namespace pagelab::mm
