// A double fault by a task gate on the engine: there, in the new task's address space, and back.
#include "emu/cpu/engine.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

constexpr uint32_t kTask = 0xb000, kTaskStack = 0xc000, kTaskCode = kHandlers + 0x80;

// The kernel's stack is gone, so its PUSH double faults; the gate of #DF names a task.
void prepare_task(PagedBench& bench, uint32_t cr3)
{
    bench.map(0x8000, 0);
    bench.put_word<uint32_t>(kTssAt + 0x1c, kTablesAt + 0x4000);
    bench.put_word<uint64_t>(kGdtAt + 0x40, 0x0000'8900'0000'0067 | uint64_t{kTask} << 16);
    bench.put_word<uint64_t>(kIdtAt + 8 * 8, 0x0000'8500'0040'0000);
    bench.put_word<uint32_t>(kTask + 0x1c, cr3);
    bench.put_word<uint32_t>(kTask + 0x20, kTaskCode);
    bench.put_word<uint32_t>(kTask + 0x38, kTaskStack);
    bench.put_word<uint32_t>(kTask + 0x4c, kKernelCs);
    for (uint32_t const segment : {0x48, 0x50, 0x54})
        bench.put_word<uint32_t>(kTask + segment, kKernelSs);
}

void check_return(Mode mode)
{
    PagedBench bench(mode);
    prepare_task(bench, kTablesAt + 0x4000);
    bench.set_code({0xb8, 5, 0, 0, 0, 0x50, 0xe7, 0xe9, 0xf4}); // mov eax,5; push; out; hlt
    // The task maps the stack again, drops the error code, clears TS and returns.
    std::vector<uint8_t> code;
    append(code, {0x80, 0x0d});
    append32(code, bench.entry_of(0x8000));
    append(code, {3, 0x80, 0x0d});
    append32(code, bench.entry_of(0x8000) + 1);
    append(code, {0x80, 0x0f, 0x20, 0xc0, 0xe7, 0xe7, 0x0f, 0x06, 0x58, 0xcf});
    bench.put(kTaskCode, code);
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe7) == std::vector<uint32_t>{0x8001'003b}); // CR0 with TS
    CHECK(bench.written(0xe9) == std::vector<uint32_t>{5});
    CHECK(bench.word<uint32_t>(kStackTop - 4) == 5);
    cpu::CpuState const state = bench.engine->state();
    CHECK(state.tr.selector == kTssSelector);
    CHECK((state.rflags & 0x4000) == 0);
    CHECK((bench.word<uint64_t>(kGdtAt + 0x40) >> 40 & 0xff) == 0x89); // available again
}

} // namespace

TEST_CASE("i686: a double fault by a task gate, and IRET back to the task that faulted")
{
    check_return(Mode::PaeNx);
}

// Here we fill the TLB, but not in the middle of IRET's task switch.
TEST_CASE("i686: the same without NX")
{
    check_return(Mode::Pae);
}

TEST_CASE("the task runs in its own address space, with its flags, and without a coprocessor")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx}) {
        CAPTURE(mode);
        constexpr uint32_t kTables = kTablesAt + 0x5000;
        PagedBench bench(mode);
        prepare_task(bench, kTables);
        bench.put_word<uint64_t>(kTables, (kTables + 0x1000) | kPresent);
        bench.put_word<uint64_t>(kTables + 0x1000, (kTables + 0x2000) | kPresent | kWritable);
        for (uint64_t page = 0; page < 0x20'0000; page += 0x1000)
            bench.put_word(kTables + 0x2000 + page / 0x1000 * 8, page | kPresent | kWritable);
        bench.put_word<uint64_t>(kTables + 0x2000 + 0x50 * 8, 0x5'1003);
        bench.put_word<uint64_t>(kTables + 0x2000 + 0xc * 8, 0xd003);
        bench.put_word<uint32_t>(kTask + 0x38, 0xc800); // on the page that is another one here
        bench.put_word<uint32_t>(0x5'0000, 1);
        bench.put_word<uint32_t>(0x5'1000, 2);
        bench.put_word<uint32_t>(0xd7fc, 0xffff'ffff);
        // mov eax,[0x50000] (into the TLB); xor ecx,ecx (flags); push eax
        bench.set_code({0x8b, 0x04, 0x25, 0x00, 0x00, 0x05, 0x00, 0x31, 0xc9, 0x50});
        // mov eax,[0x50000]; out 0xe7; pushf; pop eax; out 0xe7; fld1
        bench.put(kTaskCode, {0x8b, 0x04, 0x25, 0x00, 0x00, 0x05, 0x00, 0xe7, 0xe7, 0x9c, 0x58,
                              0xe7, 0xe7, 0xd9, 0xe8});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe7) == std::vector<uint32_t>{2, 0x4002});
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{7}); // #NM: CR0.TS
        CHECK(bench.word<uint32_t>(0xd7fc) == 0); // the error code
        CHECK(bench.engine->state().cr3 == kTables);
    }
}
