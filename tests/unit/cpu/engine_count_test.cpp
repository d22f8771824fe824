// Instructions are time: the count is exact around faults, interrupts, REP, and in every run.
#include "emu/cpu/engine.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

constexpr Mode kModes[] = {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx};

} // namespace

TEST_CASE("a faulting instruction counts when it is done, not when it faults")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        // nop; nop; mov eax,[0x44000]; out 0xe9,eax; int 0x81
        bench.set_user_code(
            {0x90, 0x90, 0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00, 0xe7, 0xe9, 0xcd, 0x81});
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        bench.map(0x4'4000, 0x4'4006);
        std::vector<uint8_t> handler;
        append(handler, {0xe7, 0xe7, 0x80, 0x0c, 0x25}); // out 0xe7,eax; or byte [entry],1
        append32(handler, static_cast<uint32_t>(bench.entry_of(0x4'4000)));
        append(handler, {1, 0x58, 0x48, 0xcf}); // pop; iretq (dec eax; iret)
        bench.put(kHandlers, handler);
        bench.set_gate(14, kHandlers);
        REQUIRE(bench.engine->run() == Stop::Halt);
        uint64_t const start = bench.instructions_to_user();
        uint64_t const returned = is_long(mode) ? 4 : 5;
        REQUIRE(bench.outputs.size() == 3);
        CHECK(bench.outputs[0].when == start + 2);
        CHECK(bench.outputs[1].when == start + 2 + returned + 1);
        CHECK(bench.engine->instructions() == start + 2 + returned + 3 + 3);
    }
}

TEST_CASE("a deadline and an interrupt between two blocks lose no instruction and gain none")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_code({0xfb, 0x90, 0xff, 0xc3, 0xeb, 0xfc}); // sti; nop; inc ebx; jmp
        bench.put(kHandlers + 0x200, {static_cast<uint8_t>(is_long(mode) ? 0x48 : 0x90), 0xcf});
        bench.engine->set_deadline(1000);
        REQUIRE(bench.engine->run() == Stop::Deadline);
        uint64_t const first = bench.engine->instructions();
        uint64_t const loops = bench.engine->state().gpr[cpu::Rbx] & 0xffff'ffff;
        CHECK(first - 1000 < 2);
        for (unsigned i = 1; i <= 10; ++i) {
            bench.engine->interrupt(0x20);
            bench.engine->set_deadline(1000 + 100 * i);
            REQUIRE(bench.engine->run() == Stop::Deadline);
        }
        uint64_t const handlers = 10 * (is_long(mode) ? 1 : 2);
        uint64_t const now = bench.engine->instructions();
        CHECK(now - first ==
              2 * ((bench.engine->state().gpr[cpu::Rbx] & 0xffff'ffff) - loops) + handlers);
    }
}

TEST_CASE("a page fault in the middle of REP keeps what was done, and counts it once")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        // mov edi,0x43ffc; mov ecx,8; mov al,0x55; cld; rep stosb; int 0x81
        bench.set_user_code({0xbf, 0xfc, 0x3f, 0x04, 0x00, 0xb9, 0x08, 0x00, 0x00, 0x00, 0xb0, 0x55,
                             0xfc, 0xf3, 0xaa, 0xcd, 0x81});
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        bench.map(0x4'4000, 0);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
        cpu::CpuState const state = bench.engine->state();
        CHECK(state.cr2 == 0x4'4000);
        CHECK(state.gpr[cpu::Rcx] == 4);
        CHECK(state.gpr[cpu::Rdi] == 0x4'4000);
        CHECK(bench.frame(kStackTop, 6)[1] == kUserCode + 13);
        CHECK(bench.word<uint32_t>(0x4'3ffc) == 0x5555'5555);
    }
}

TEST_CASE("REP counts one for each iteration and one to find the end")
{
    auto const count = [](uint8_t iterations) {
        PagedBench bench(Mode::Long);
        bench.set_code({0xbf, 0x00, 0x40, 0x04, 0x00, 0xb9, iterations, 0, 0, 0, 0xf3, 0xaa, 0xf4});
        REQUIRE(bench.engine->run() == Stop::Halt);
        return bench.engine->instructions() - PagedBench::kSetupInstructions - 3; // mov mov hlt
    };
    for (uint8_t const iterations : {0, 1, 2, 10, 200})
        CHECK(count(iterations) == iterations + 1u);
}

TEST_CASE("two runs are the same, instruction for instruction")
{
    auto const run = [](Mode mode) {
        PagedBench bench(mode);
        // loop: rdtsc; out 0xe9,eax; mov eax,[0x44000 + ebx*4096]; inc ebx; jmp loop, to a fault
        bench.set_user_code({0x0f, 0x31, 0xe7, 0xe9, 0x89, 0xd8, 0xc1, 0xe0, 0x0c, 0x8b, 0x80, 0x00,
                             0x40, 0x04, 0x00, 0xff, 0xc3, 0xeb, 0xed},
                            {0x31, 0xdb});
        bench.map(0x4'7000, 0);
        CHECK(bench.engine->run() == Stop::Halt);
        std::vector<uint64_t> trace;
        for (auto const& output : bench.outputs) {
            trace.push_back(output.value);
            trace.push_back(output.when);
        }
        trace.push_back(bench.engine->instructions());
        trace.push_back(bench.engine->statistics().blocks);
        cpu::CpuState const state = bench.engine->state();
        trace.insert(trace.end(), state.gpr.begin(), state.gpr.end());
        return trace;
    };
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        auto const first = run(mode);
        CHECK(first.size() == 2 * 5 + 2 + 16); // four times round, and the halt
        CHECK(first == run(mode));
    }
}
