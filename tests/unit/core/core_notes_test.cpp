// Registers in notes: where gdb and QEMU have them, and back.
#include <cstring>

#include <doctest/doctest.h>

#include "emu/core/core_notes.hpp"

using namespace pagelab;
using namespace pagelab::core;

namespace {

cpu::CpuState sample()
{
    cpu::CpuState state;
    for (size_t i = 0; i < state.gpr.size(); ++i)
        state.gpr[i] = 0x1111'0000'0000'0000 + i;
    state.rip = 0xffff'ffff'8100'1234;
    state.rflags = 0x246;
    for (size_t i = 0; i < state.segment.size(); ++i)
        state.segment[i] = {static_cast<uint16_t>(8 * i), 0x1000 * i, 0xfffff, 0xa09b00};
    state.tr = {0x40, 0xffff'c900'0000'0000, 0x67, 0x8b00};
    state.gdt = {0xffff'fe00'0000'1000, 0x7f};
    state.idt = {0xffff'fe00'0000'0000, 0xfff};
    state.cr0 = 0x8005'0033;
    state.cr2 = 0x123;
    state.cr3 = 0x7fd'f000;
    state.cr4 = 0x6b0;
    state.efer = 0xd01;
    return state;
}

template<class T>
T at(Note const& note, size_t offset)
{
    T value{};
    REQUIRE(offset + sizeof value <= note.bytes.size());
    std::memcpy(&value, note.bytes.data() + offset, sizeof value);
    return value;
}

} // namespace

TEST_CASE("NT_PRSTATUS of x86-64 is Linux' struct elf_prstatus")
{
    Note const note = prstatus_note(sample(), 2, Width::Bits64);
    CHECK(note.name == "CORE");
    CHECK(note.type == 1);
    CHECK(note.bytes.size() == 336);
    CHECK(at<uint32_t>(note, 32) == 3);                      // pr_pid
    CHECK(at<uint64_t>(note, 112) == 0x1111'0000'0000'000f); // r15
    CHECK(at<uint64_t>(note, 112 + 16 * 8) == sample().rip); // rip
    CHECK(at<uint64_t>(note, 112 + 19 * 8) == sample().gpr[cpu::Rsp]);
    CHECK(at<uint64_t>(note, 112 + 22 * 8) == 0x5000); // gs_base
}

TEST_CASE("NT_PRSTATUS of i386 is Linux' struct elf_prstatus")
{
    cpu::CpuState state = sample();
    state.rip = 0xc010'1234;
    Note const note = prstatus_note(state, 0, Width::Bits32);
    CHECK(note.bytes.size() == 144);
    CHECK(at<uint32_t>(note, 24) == 1);
    CHECK(at<uint32_t>(note, 72) == cpu::Rbx);             // ebx's low half
    CHECK(at<uint32_t>(note, 72 + 12 * 4) == 0xc010'1234); // eip
    CHECK(at<uint32_t>(note, 72 + 15 * 4) == cpu::Rsp);
}

TEST_CASE("QEMU's and our note together are the whole state")
{
    Note const note = qemu_note(sample());
    CHECK(note.bytes.size() == 440);
    CHECK(at<uint32_t>(note, 0) == 1);
    CHECK(at<uint32_t>(note, 4) == 440);
    CHECK(at<uint64_t>(note, 8 + 18 * 8 + 10 * 24 + 3 * 8) == sample().cr3);
    auto state = read_qemu_note(note);
    REQUIRE(state);
    CHECK(state->efer == 0xd00); // NXE, LME, LMA: what CS implies
    REQUIRE(add_pagelab_note(pagelab_note(sample()), *state));
    CHECK(*state == sample());
}

TEST_CASE("notes that are not what they say are refused")
{
    Note note = qemu_note(sample());
    note.bytes[0] = std::byte{2};
    CHECK(read_qemu_note(note).error().message == "QEMU's note has version 2, not 1");
    note.bytes.resize(100);
    CHECK(!read_qemu_note(note));
    cpu::CpuState state;
    CHECK(!add_pagelab_note({"PAGELAB", 1, {}}, state));
}

TEST_CASE("packed notes are unpacked, and no prefix of them is taken for more than it holds")
{
    std::vector<Note> const notes = {pagelab_note(sample()),
                                     vmcoreinfo_note("PAGESIZE=4096\n"),
                                     {"ODD", 7, std::vector<std::byte>(5)}};
    auto const packed = pack(notes);
    auto const back = unpack(packed);
    REQUIRE(back);
    REQUIRE(back->size() == 3);
    CHECK((*back)[1].name == "VMCOREINFO");
    CHECK((*back)[1].bytes.size() == 14);
    CHECK((*back)[2].bytes.size() == 5);
    size_t whole = 0;
    for (size_t size = 0; size < packed.size(); ++size) {
        std::vector<std::byte> const cut(packed.begin(),
                                         packed.begin() + static_cast<std::ptrdiff_t>(size));
        auto const some = unpack(cut);
        CHECK((!some || some->size() < 3 || size + 3 >= packed.size()));
        whole += some.has_value();
    }
    CHECK(whole > 0);
}
