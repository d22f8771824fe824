// Kernel images built byte by byte: small valid ones of every format, to be damaged by the tests.
//
// build_* give a valid image for what they are told, whatever that is; edit() then changes any
// structure in it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "emu/load/bytes.hpp"
#include "guestkernel/abi/boot/elf.hpp"
#include "guestkernel/abi/boot/linux_boot.hpp"
#include "guestkernel/abi/boot/multiboot.hpp"
#include "guestkernel/abi/boot/pvh.hpp"

namespace pagelab::test {

using Bytes = std::vector<std::byte>;

// Changes the T at the offset, which must exist.
template<class T, class Change>
void edit(Bytes& image, size_t offset, Change change)
{
    T value = load::struct_at<T>(image, offset).value();
    change(value);
    load::put_struct(image, offset, value);
}

// `size` bytes that no two places have alike: 1, 2, 3 ... modulo 251.
inline Bytes numbered_bytes(size_t size)
{
    Bytes bytes(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = static_cast<std::byte>(1 + i % 251);
    return bytes;
}

struct TestSegment {
    uint32_t type = kElfLoad;
    uint32_t flags = kElfRead | kElfExecute;
    uint64_t vaddr = 0;
    uint64_t paddr = 0;
    Bytes bytes{};
    uint64_t bss = 0; // bytes in memory after `bytes`
    uint64_t alignment = 4;
};

inline constexpr size_t kElfDataAt = 0x400; // file offset of the first segment's bytes

// Header, program headers, and from kElfDataAt on the segments' bytes, each 16-aligned.
template<class Class>
Bytes build_elf(uint64_t entry, std::vector<TestSegment> const& segments)
{
    using Header = Class::Header;
    using Segment = Class::Segment;
    Header header{};
    using Native = decltype(header.entry);
    header.ident.magic = kElfMagic;
    header.ident.file_class = Class::file_class;
    header.ident.data = kElfLittleEndian;
    header.ident.version = kElfVersion;
    header.type = kElfExecutable;
    header.machine = Class::machine;
    header.version = kElfVersion;
    header.entry = static_cast<Native>(entry);
    header.segments_offset = sizeof(Header);
    header.header_size = sizeof(Header);
    header.segment_entry_size = sizeof(Segment);
    header.segment_count = static_cast<uint16_t>(segments.size());

    Bytes image(std::max(kElfDataAt, sizeof(Header) + segments.size() * sizeof(Segment)));
    load::put_struct(image, 0, header);
    for (size_t i = 0; i < segments.size(); i++) {
        auto const& segment = segments[i];
        Segment entry_i{};
        entry_i.type = segment.type;
        entry_i.flags = segment.flags;
        entry_i.offset = static_cast<Native>(image.size());
        entry_i.vaddr = static_cast<Native>(segment.vaddr);
        entry_i.paddr = static_cast<Native>(segment.paddr);
        entry_i.file_size = static_cast<Native>(segment.bytes.size());
        entry_i.memory_size = static_cast<Native>(segment.bytes.size() + segment.bss);
        entry_i.alignment = static_cast<Native>(segment.alignment);
        load::put_struct(image, sizeof(Header) + i * sizeof(Segment), entry_i);
        image.insert(image.end(), segment.bytes.begin(), segment.bytes.end());
        image.resize((image.size() + 15) & ~size_t{15});
    }
    return image;
}

// Changes program header `index`.
template<class Class, class Change>
void edit_segment(Bytes& image, size_t index, Change change)
{
    using Segment = Class::Segment;
    edit<Segment>(image, sizeof(typename Class::Header) + index * sizeof(Segment), change);
}

// One note; `alignment` is that of its segment.
inline Bytes build_note(std::string_view owner, uint32_t type, Bytes const& descriptor,
                        size_t alignment = 4)
{
    auto const pad = [alignment](Bytes& bytes) {
        bytes.resize((bytes.size() + alignment - 1) & ~(alignment - 1));
    };
    auto const name = load::bytes_of_string(owner);
    Bytes note = load::bytes_of(ElfNoteHeader{static_cast<uint32_t>(name.size()),
                                              static_cast<uint32_t>(descriptor.size()), type});
    note.insert(note.end(), name.begin(), name.end());
    pad(note);
    note.insert(note.end(), descriptor.begin(), descriptor.end());
    pad(note);
    return note;
}

inline TestSegment note_segment(Bytes notes, uint64_t alignment = 4)
{
    return {.type = kElfNote, .flags = kElfRead, .bytes = std::move(notes), .alignment = alignment};
}

// A header whose checksum is right; the address fields are zero.
inline MultibootHeader multiboot_header(uint32_t flags)
{
    MultibootHeader header{};
    header.magic = kMultibootHeaderMagic;
    header.flags = flags;
    header.checksum = 0u - header.magic - flags;
    return header;
}

// An ELF of one 1 KiB segment at physical 1 MiB that begins with the multiboot header.
template<class Class>
Bytes build_multiboot_elf(uint32_t flags = kMultibootPageAlign | kMultibootWantMemory,
                          uint64_t virtual_offset = 0)
{
    auto bytes = numbered_bytes(1024);
    load::put_struct(bytes, 0, multiboot_header(flags));
    return build_elf<Class>(virtual_offset + 0x10'0100, {{.vaddr = virtual_offset + 0x10'0000,
                                                          .paddr = 0x10'0000,
                                                          .bytes = std::move(bytes),
                                                          .bss = 0x500}});
}

inline constexpr size_t kFlatHeaderAt = 0x40; // in build_multiboot_flat's image

// No ELF: address fields for a kernel of 1 KiB at 1 MiB, preceded by 16 bytes that are not loaded.
inline Bytes build_multiboot_flat()
{
    auto image = numbered_bytes(16 + 1024);
    auto header = multiboot_header(kMultibootHasAddresses);
    header.load_addr = 0x10'0000;
    header.header_addr = header.load_addr + kFlatHeaderAt - 16;
    header.load_end_addr = header.load_addr + 1024;
    header.bss_end_addr = header.load_end_addr + 0x300;
    header.entry_addr = header.load_addr + 0x80;
    load::put_struct(image, kFlatHeaderAt, header);
    return image;
}

// A bzImage of protocol 2.12 with two setup sectors and 4000 bytes of kernel that needs 64 KiB.
inline Bytes build_bzimage()
{
    constexpr size_t kSetupSize = 3 * 512;
    constexpr size_t kKernelSize = 4000;
    LinuxSetupHeader header{};
    header.setup_sects = 2;
    header.syssize = (kKernelSize + 15) / 16;
    header.boot_flag = kLinuxBootFlag;
    header.jump_opcode = 0xeb;
    header.jump_offset = 0x66;
    header.magic = kLinuxHeaderMagic;
    header.version = 0x20c;
    header.loadflags = kLinuxLoadedHigh;
    header.code32_start = 0x10'0000;
    header.initrd_addr_max = 0x7fff'ffff;
    header.kernel_alignment = 0x1000;
    header.cmdline_size = 255;
    header.pref_address = 0x10'0000;
    header.init_size = 0x1'0000;
    auto image = numbered_bytes(kSetupSize + kKernelSize);
    load::put_struct(image, kLinuxHeaderOffset, header);
    return image;
}

// An x86-64 ELF with a PVH note of 8 bytes, two segments and a physical entry.
inline Bytes build_pvh(uint64_t entry = 0x10'0010)
{
    return build_elf<Elf64>(
        0x10'0000, {{.vaddr = 0xffff'ffff'8010'0000,
                     .paddr = 0x10'0000,
                     .bytes = numbered_bytes(600),
                     .bss = 100},
                    {.vaddr = 0, .paddr = 0x10'2000, .bytes = numbered_bytes(300), .bss = 0x1000},
                    note_segment(build_note("Xen", kXenNoteEntry, load::bytes_of(entry)))});
}

} // namespace pagelab::test
