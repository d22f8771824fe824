// Where the processor's walk is the manual's and not the library's: PDPTEs in registers, system
// tables under SMAP, the accessed flag of a 1 GiB page that is refused.
#include "emu/cpu/engine.hpp"

#include "emu/cpu/library_calls.hpp"
#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

constexpr Mode kPaeModes[] = {Mode::Pae, Mode::PaeNx};
constexpr uint32_t kPointers = kTablesAt + 0x4000; // PAE's level 3; its entry 1 is free
constexpr uint32_t kSecondGiB = 0x4000'0000;
constexpr uint64_t kDirectory = kTablesAt + 0x2000;
constexpr uint32_t kSmapBit = 1u << 21;

// What MOV does to `address`, which is a dword: mov [address],eax after mov eax,value.
void append_store(std::vector<uint8_t>& code, uint32_t address, uint64_t value)
{
    append(code, {0xb8});
    append32(code, value);
    append(code, {0x89, 0x04, 0x25});
    append32(code, address);
}

void append_load_and_report(std::vector<uint8_t>& code, uint32_t address)
{
    append(code, {0x8b, 0x04, 0x25});
    append32(code, address);
    append(code, {0xe7, 0xe9});
}

void append_reload_cr3(std::vector<uint8_t>& code)
{
    append(code, {0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8}); // mov eax,cr3; mov cr3,eax
}

} // namespace

TEST_CASE("a PDPTE changed in memory is used from the next MOV to CR3 on, not before")
{
    if (!cpu::library_calls_are_ours())
        return;
    for (Mode const mode : kPaeModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.put_word<uint32_t>(0x3'0000, 0xcafe);
        std::vector<uint8_t> code;
        append_store(code, kPointers + 8, kDirectory | kPresent); // the second GiB as the first
        append(code, {0x0f, 0x01, 0x3c, 0x25});                   // invlpg
        append32(code, kSecondGiB + 0x3'0000);
        append_reload_cr3(code);
        append_load_and_report(code, kSecondGiB + 0x3'0000);
        append_store(code, kPointers + 8, 0);
        append(code, {0x0f, 0x01, 0x3c, 0x25});
        append32(code, kSecondGiB + 0x3'0000);
        append_load_and_report(code, kSecondGiB + 0x3'0000); // by the register still
        append_reload_cr3(code);
        append_load_and_report(code, kSecondGiB + 0x3'0000); // and now #PF
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == std::vector<uint32_t>{0xcafe, 0xcafe});
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
        CHECK(bench.engine->state().cr2 == kSecondGiB + 0x3'0000);
        CHECK(bench.frame(kStackTop, 4)[0] == 0);
    }
}

TEST_CASE("MOV to CR3 of a PDPTE with a reserved bit is #GP(0) and loads nothing")
{
    if (!cpu::library_calls_are_ours())
        return;
    for (Mode const mode : kPaeModes) {
        for (unsigned const bit : {1, 2, 5, 8}) {
            CAPTURE(mode);
            CAPTURE(bit);
            PagedBench bench(mode);
            std::vector<uint8_t> code;
            append_store(code, kPointers + 8, kDirectory | kPresent | uint64_t{1} << bit);
            auto const before = static_cast<uint32_t>(code.size());
            append_reload_cr3(code);
            bench.set_code(code);
            REQUIRE(bench.engine->run() == Stop::Halt);
            CHECK(bench.written(0xe8) == std::vector<uint32_t>{13});
            CHECK(bench.frame(kStackTop, 4)[0] == 0);
            CHECK(bench.frame(kStackTop, 4)[1] == kCodeAt + PagedBench::kSetupBytes + before + 3);
            CHECK(bench.engine->state().cr3 == kPointers);
            CHECK((*bench.engine->state().pdptes)[1] == 0);
        }
    }
}

TEST_CASE("a reserved bit in a PDPTE that is not present does not matter")
{
    for (Mode const mode : kPaeModes) {
        PagedBench bench(mode);
        std::vector<uint8_t> code;
        append_store(code, kPointers + 8, 0x1e6);
        append_reload_cr3(code);
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8).empty());
    }
}

TEST_CASE("MOV to CR4 that changes PGE loads the PDPTEs, one that changes TSD does not")
{
    if (!cpu::library_calls_are_ours())
        return;
    constexpr uint8_t kPge = 0x80, kTsd = 0x04;
    for (uint8_t const bit : {kPge, kTsd}) {
        PagedBench bench(Mode::PaeNx);
        std::vector<uint8_t> code;
        append_store(code, kPointers + 8, kDirectory | kPresent);
        append(code, {0x0f, 0x20, 0xe0, 0x34, bit, 0x0f, 0x22, 0xe0, 0xf4}); // xor al; mov cr4
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(((*bench.engine->state().pdptes)[1] != 0) == (bit == kPge));
    }
}

TEST_CASE("each processor has PDPTEs of its own")
{
    if (!cpu::library_calls_are_ours())
        return;
    PagedBench bench(Mode::PaeNx, 0, "max", 2);
    bench.set_code({0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.engine->state().pdptes);
    bench.engine->switch_to(1);
    CHECK(!bench.engine->state().pdptes);
    bench.engine->switch_to(0);
    CHECK((*bench.engine->state().pdptes)[0] == (kDirectory | kPresent));
}

TEST_CASE("AC does not excuse the load of a descriptor from SMAP, but the instruction's own loads")
{
    if (!cpu::library_calls_are_ours())
        return;
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx}) {
        CAPTURE(mode);
        PagedBench bench(mode, kSmapBit);
        // A second GDT among the user's pages: the first, copied.
        for (uint32_t at = 0; at < 0x50; ++at)
            bench.put_word(kUserPages + 0x5000 + at, bench.word<uint8_t>(kGdtAt + at));
        bench.put_word<uint16_t>(0x510, 0x4f);
        bench.put_word<uint64_t>(0x512, kUserPages + 0x5000);
        std::vector<uint8_t> code;
        append(code, {0x0f, 0x01, 0xcb}); // stac
        append_load_and_report(code, kUserPages + 0x5000);
        append(code, {0x0f, 0x01, 0x14, 0x25}); // lgdt
        append32(code, 0x510);
        append(code, {0x66, 0xb8, kKernelSs, 0, 0x8e, 0xd8}); // mov ds,ax
        bench.set_code(code);
        // The handler would need CS from the same table: the GDT is mended by none, so it is #DF.
        Stop const stop = bench.engine->run();
        CHECK(bench.written(0xe9).size() == 1);
        CHECK(stop == Stop::TripleFault);
        CHECK(bench.engine->state().cr2 / 0x1000 == kUserPages / 0x1000 + 5);
        CHECK(bench.engine->statistics().exceptions[14] == 1);
    }
}

TEST_CASE("a 1 GiB page that refuses an access is not accessed; one that grants it is")
{
    if (!cpu::library_calls_are_ours())
        return;
    for (uint64_t const rights : {uint64_t{0}, uint64_t{kWritable}}) {
        PagedBench bench(Mode::Long);
        uint64_t const pointer = kTablesAt + 0x1000 + 8;
        bench.put_word(pointer, uint64_t{0x80} | kPresent | rights); // the second GiB as the first
        std::vector<uint8_t> code;
        append_store(code, kSecondGiB + 0x3'0000, 1);
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8).size() == (rights == 0 ? 1 : 0));
        CHECK((bench.word<uint64_t>(pointer) & 0x60) == (rights == 0 ? 0 : 0x60));
    }
}
