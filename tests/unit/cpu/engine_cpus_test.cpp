// Several processors on one engine: state and TLB of each, code of all, and slices that end
// anywhere.
#include <doctest/doctest.h>

#include "emu/cpu/cpuid_topology.hpp"
#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;
using cpu::add_topology;
using cpu::CpuidLeaf;

namespace {

using Values = std::vector<uint32_t>;

constexpr uint32_t kDataPage = 0x5'0000, kOtherPage = 0x5'1000, kRoutine = 0x5'2000;
constexpr Mode kModes[] = {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx};

void append_show(std::vector<uint8_t>& code) // mov eax, kDataPage; mov al, [eax]; out e9h, al; hlt
{
    append(code, {0xb8});
    append32(code, kDataPage);
    append(code, {0x8a, 0x00, 0xe6, 0xe9, 0xf4});
}

Stop go_on(PagedBench& bench, unsigned cpu)
{
    bench.put_word<uint8_t>(kGdtAt + kTssSelector + 5, 0x89); // they share a task: not busy
    bench.engine->switch_to(cpu);
    return bench.engine->run();
}

void jump(PagedBench& bench, unsigned cpu, uint64_t to)
{
    bench.engine->switch_to(cpu);
    cpu::CpuState state = bench.engine->state();
    state.rip = to;
    bench.engine->set_state(state);
}

} // namespace

TEST_CASE("a slice ends at any instruction, in a block that has run whole or never")
{
    // mov cx, 3; again: nop x 10; dec cx; jnz again; hlt
    std::vector<uint8_t> code = {0xb9, 3, 0};
    code.insert(code.end(), 10, 0x90);
    append(code, {0x49, 0x75, 0xf3, 0xf4});
    uint64_t const whole = 2 + 3 * 12 + 1; // with the jump at the reset vector
    for (uint64_t step = 1; step < 15; ++step) {
        CAPTURE(step);
        Bench bench(code, "max", 2);
        for (uint64_t end = step; end < whole; end += step) {
            bench.engine->set_slice_end(end);
            REQUIRE(bench.engine->run() == Stop::SliceEnd);
            CHECK(bench.engine->instructions() == end);
            if (end >= 2 && end <= 12)
                CHECK(bench.engine->state().rip == 3 + (end - 2));
        }
        bench.engine->set_slice_end(~uint64_t{0});
        CHECK(bench.engine->run() == Stop::Halt);
        CHECK(bench.engine->instructions() == whole);
    }
}

TEST_CASE("each processor has its own registers; the count is of all")
{
    Bench bench({0x40, 0x0f, 0xa2, 0xf4}, "max", 3); // inc ax (ax = 1); cpuid; hlt
    for (unsigned cpu : {2u, 0u, 1u}) {
        bench.engine->switch_to(cpu);
        CHECK(bench.engine->state().rip == 0xfff0);
        CHECK(bench.engine->run() == Stop::Halt);
    }
    CHECK(bench.engine->instructions() == 3 * 4);
    for (unsigned cpu : {0u, 1u, 2u}) {
        bench.engine->switch_to(cpu);
        CHECK(bench.engine->state().rip == 4);
        CHECK((bench.engine->state().gpr[cpu::Rbx] >> 16) == cpu * 0x100 + 3);
    }
    bench.engine->reset();
    CHECK(bench.engine->state().rip == 0xfff0);
    bench.engine->switch_to(1);
    CHECK(bench.engine->state().rip == 4);
    CHECK(bench.engine->statistics().switches == 7);
}

TEST_CASE("what a processor's TLB holds stays until it flushes it itself")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode, 0, "max", 2);
        bench.put(kDataPage, {'a'});
        bench.put(kOtherPage, {'b'});
        std::vector<uint8_t> code;
        append_show(code);
        append_show(code);
        append(code, {0xb8});
        append32(code, kDataPage);
        append(code, {0x0f, 0x01, 0x38}); // invlpg [eax]
        append_show(code);
        bench.set_code(code);
        CHECK(go_on(bench, 0) == Stop::Halt);
        CHECK(go_on(bench, 1) == Stop::Halt);
        bench.map(kDataPage, kOtherPage | kPresent | kWritable);
        CHECK(go_on(bench, 1) == Stop::Halt); // stale
        CHECK(go_on(bench, 1) == Stop::Halt); // flushed
        CHECK(go_on(bench, 0) == Stop::Halt); // stale
        CHECK(go_on(bench, 0) == Stop::Halt); // flushed
        CHECK(bench.written(0xe9) == Values{'a', 'a', 'a', 'b', 'a', 'b'});
    }
}

TEST_CASE("code that one processor writes is what another runs")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode, 0, "max", 2);
        bench.put(kRoutine, {0xb0, 1, 0xe6, 0xe9, 0xf4}); // mov al, 1; out e9h, al; hlt
        std::vector<uint8_t> code = {0xf4};
        for (uint8_t const value : {2, 3, 4}) { // mov byte [kRoutine + 1], value; hlt
            append(code, {0xb8});
            append32(code, kRoutine + 1);
            append(code, {0xc6, 0x00, value, 0xf4});
        }
        bench.set_code(code);
        CHECK(go_on(bench, 0) == Stop::Halt);
        CHECK(go_on(bench, 1) == Stop::Halt);
        CHECK(go_on(bench, 1) == Stop::Halt); // writes 2 where no code has run yet
        for (unsigned i = 0; i < 3; ++i) {
            jump(bench, 0, kRoutine);
            CHECK(go_on(bench, 0) == Stop::Halt);
            if (i < 2)
                CHECK(go_on(bench, 1) == Stop::Halt);
        }
        CHECK(bench.written(0xe9) == Values{2, 3, 4});
    }
}

TEST_CASE("the same linear address is other code in another address space")
{
    PagedBench bench(Mode::Long, 0, "max", 2);
    bench.put(kRoutine, {0xb0, 1, 0xe6, 0xe9, 0xf4});
    std::vector<uint8_t> const code = {0xf4};
    bench.set_code(code);
    CHECK(go_on(bench, 0) == Stop::Halt);
    jump(bench, 0, kRoutine);
    CHECK(go_on(bench, 0) == Stop::Halt);
    // CPU 1 stays in real mode; its code is at the same linear address, CS base 0.
    bench.put(kRoutine + 0x10, {0xb0, 2, 0xe6, 0xe9, 0xf4});
    bench.engine->switch_to(1);
    cpu::CpuState state = bench.engine->state();
    state.segment[cpu::Cs] = {0x5200, kRoutine, 0xffff, 0x9b00};
    state.rip = 0;
    bench.engine->set_state(state);
    CHECK(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == Values{1, 1});
    jump(bench, 1, 0x10);
    CHECK(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == Values{1, 1, 2});
}

TEST_CASE("CPUID tells of one package of cores")
{
    CHECK(add_topology(1, 0, {1, 0x800, 0, 0}, 1, 0) == CpuidLeaf{1, 0x800, 0, 0});
    CHECK(add_topology(1, 0, {1, 0x800, 0, 0}, 16, 5) == CpuidLeaf{1, 0x0510'0800, 0, 1u << 28});
    // Level 1 data cache; level 3; no more caches.
    CHECK(add_topology(4, 0, {0x21, 0, 0, 0}, 6, 0).eax == 0x1400'0021);
    CHECK(add_topology(4, 3, {0x63, 0, 0, 0}, 6, 0).eax == 0x1401'4063);
    CHECK(add_topology(4, 4, {}, 6, 0) == CpuidLeaf{});
    CHECK(add_topology(0xb, 0, {}, 6, 4) == CpuidLeaf{0, 1, 0x100, 4});
    CHECK(add_topology(0xb, 1, {}, 6, 4) == CpuidLeaf{3, 6, 0x201, 4});
    CHECK(add_topology(0xb, 2, {}, 6, 4) == CpuidLeaf{0, 0, 2, 4});
    CHECK(add_topology(0x8000'0008, 0, {0x3028, 0, 0, 0}, 16, 1) == CpuidLeaf{0x3028, 0, 15, 0});
}
