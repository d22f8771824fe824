// Stops for the debugger: at exactly the instruction asked for, and without trace in the run.
#include "emu/cpu/engine.hpp"

#include <optional>

#include "emu/cpu/library_calls.hpp"
#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;
using cpu::AccessMask;
using cpu::AddressSpace;
using cpu::DebugStop;
using cpu::StepInterrupts;

namespace {

constexpr Mode kModes[] = {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx};
constexpr uint64_t kNever = ~uint64_t{0};
constexpr uint32_t kCode = kCodeAt + PagedBench::kSetupBytes;
constexpr uint32_t kCell = 0x3'0010;

// mov ecx,3; loop: inc edx; mov [kCell],edx; add ebx,[kCell + 4]; dec ecx; jnz loop; out; hlt
std::vector<uint8_t> counting_code()
{
    std::vector<uint8_t> code;
    append(code, {0xb9, 3, 0, 0, 0, 0xff, 0xc2, 0x89, 0x14, 0x25});
    append32(code, kCell);
    append(code, {0x03, 0x1c, 0x25});
    append32(code, kCell + 4);
    append(code, {0xff, 0xc9, 0x75, 0xec, 0x89, 0xd0, 0xe7, 0xe9, 0xf4});
    return code;
}
constexpr uint32_t kLoop = kCode + 5, kStore = kCode + 7, kLoad = kCode + 14, kDec = kCode + 21;
constexpr uint32_t kOut = kCode + 27, kHlt = kCode + 29;

struct Counting {
    explicit Counting(Mode mode) : bench(mode) { bench.set_code(counting_code()); }
    Engine& engine() { return *bench.engine; }
    Stop run_to(uint64_t count)
    {
        engine().set_debug_end(count, StepInterrupts::Taken);
        return engine().run();
    }
    cpu::PointId add(cpu::DebugPoint const& point) { return engine().add_point(point).value(); }
    void expect_end()
    {
        CHECK(bench.written(0xe9) == std::vector<uint32_t>{edx_at_end});
        CHECK(engine().instructions() == kAll);
        CHECK(bench.outputs.back().when == kAll - 2);
    }

    static constexpr uint64_t kAll = PagedBench::kSetupInstructions + 1 + 3 * 5 + 3;
    PagedBench bench;
    uint32_t edx_at_end = 3;
};

} // namespace

TEST_CASE("a run stopped at every instruction is the run that was not")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        Counting whole(mode), stepped(mode);
        REQUIRE(whole.engine().run() == Stop::Halt);
        whole.edx_at_end = whole.bench.written(0xe9).at(0);
        whole.expect_end();
        for (uint64_t count = 1; count < Counting::kAll; ++count) {
            REQUIRE(stepped.run_to(count) == Stop::Debug);
            CHECK(stepped.engine().instructions() == count);
            CHECK(stepped.engine().debug_stop().reason == DebugStop::Reason::Count);
            CHECK(stepped.engine().debug_stop().rip == stepped.engine().state().linear_rip());
        }
        REQUIRE(stepped.run_to(kNever) == Stop::Halt);
        CHECK(stepped.engine().state() == whole.engine().state());
        stepped.edx_at_end = whole.edx_at_end;
        stepped.expect_end();
    }
}

TEST_CASE("a deadline within a block that is stepped through is still due at its end")
{
    constexpr uint64_t kFirst = PagedBench::kSetupInstructions;
    for (uint64_t stop = kFirst; stop < kFirst + 12; ++stop) {
        CAPTURE(stop);
        Counting whole(Mode::Long), stepped(Mode::Long);
        for (Counting* bench : {&whole, &stepped})
            bench->engine().set_deadline(kFirst + 4);
        REQUIRE(whole.engine().run() == Stop::Deadline);
        Stop reached = stepped.run_to(stop);
        if (reached == Stop::Debug)
            reached = stepped.run_to(kNever);
        CHECK(reached == Stop::Deadline);
        CHECK(stepped.engine().instructions() == whole.engine().instructions());
    }
}

TEST_CASE("breakpoints, virtual and physical, in the middle of a block and at its start")
{
    for (Mode const mode : kModes) {
        for (AddressSpace const space : {AddressSpace::Virtual, AddressSpace::Physical}) {
            CAPTURE(mode);
            Counting test(mode);
            auto const at_load = test.add(cpu::Breakpoint{space, kLoad});
            auto const at_loop = test.add(cpu::Breakpoint{space, kLoop});
            uint64_t count = PagedBench::kSetupInstructions + 1;
            for (int turn = 0; turn < 3; ++turn, count += 5) {
                REQUIRE(test.engine().run() == Stop::Debug);
                CHECK(test.engine().debug_stop().point == at_loop);
                CHECK(test.engine().debug_stop().reason == DebugStop::Reason::Breakpoint);
                CHECK(test.engine().state().rip == kLoop);
                CHECK(test.engine().instructions() == count);
                REQUIRE(test.engine().run() == Stop::Debug);
                CHECK(test.engine().debug_stop().point == at_load);
                CHECK(test.engine().debug_stop().rip == kLoad);
                CHECK(test.engine().instructions() == count + 2);
            }
            CHECK(test.engine().remove_point(at_load));
            CHECK(!test.engine().remove_point(at_load));
            REQUIRE(test.engine().run() == Stop::Halt);
            test.edx_at_end = test.bench.written(0xe9).at(0);
            test.expect_end();
        }
    }
}

TEST_CASE("a breakpoint set after the code has run a thousand times is hit the next time")
{
    PagedBench bench(Mode::Long);
    // mov ecx,5000; loop: nop; nop; dec ecx; jnz loop; hlt
    bench.set_code({0xb9, 0x88, 0x13, 0, 0, 0x90, 0x90, 0xff, 0xc9, 0x75, 0xfa, 0xf4});
    constexpr uint64_t kStop = PagedBench::kSetupInstructions + 1 + 4 * 1000;
    bench.engine->set_debug_end(kStop, StepInterrupts::Taken);
    REQUIRE(bench.engine->run() == Stop::Debug);
    REQUIRE(bench.engine->add_point(cpu::Breakpoint{AddressSpace::Virtual, kCode + 6}).has_value());
    bench.engine->set_debug_end(kNever, StepInterrupts::Taken);
    REQUIRE(bench.engine->run() == Stop::Debug);
    CHECK(bench.engine->instructions() == kStop + 1);
    CHECK(bench.engine->state().rip == kCode + 6);
    REQUIRE(bench.engine->run() == Stop::Debug);
    CHECK(bench.engine->instructions() == kStop + 5);
}

TEST_CASE("a watchpoint stops after the access, with what was there before and is now")
{
    if (!cpu::library_calls_are_ours())
        return;
    for (Mode const mode : kModes) {
        for (AddressSpace const space : {AddressSpace::Virtual, AddressSpace::Physical}) {
            CAPTURE(mode);
            Counting test(mode);
            test.add(cpu::Watchpoint{space, kCell + 3, 1, AccessMask::Write});
            uint64_t count = PagedBench::kSetupInstructions + 1;
            std::optional<uint64_t> last = 0;
            for (int turn = 0; turn < 3; ++turn, count += 5) {
                REQUIRE(test.engine().run() == Stop::Debug);
                DebugStop const& stop = test.engine().debug_stop();
                CHECK(stop.reason == DebugStop::Reason::Watchpoint);
                CHECK(stop.instruction == kStore);
                CHECK(stop.rip == kLoad);
                CHECK(stop.address == kCell);
                CHECK(stop.physical == PhysAddr(kCell));
                CHECK(stop.size == 4);
                CHECK(stop.operation == mmu::Operation::Write);
                CHECK(stop.before == last);
                CHECK(stop.after == test.bench.word<uint32_t>(kCell));
                CHECK(stop.after != stop.before);
                CHECK(test.engine().instructions() == count + 2);
                last = stop.after;
            }
            REQUIRE(test.engine().run() == Stop::Halt);
            test.edx_at_end = test.bench.written(0xe9).at(0);
            test.expect_end();
        }
    }
}

TEST_CASE("reads and writes are told apart; other bytes of the page do not stop")
{
    if (!cpu::library_calls_are_ours())
        return;
    Counting test(Mode::Long);
    test.add(cpu::Watchpoint{AddressSpace::Virtual, kCell + 4, 4, AccessMask::Write});
    test.add(cpu::Watchpoint{AddressSpace::Virtual, kCell, 4, AccessMask::Read});
    test.add(cpu::Watchpoint{AddressSpace::Physical, kCell + 8, 0xf00, AccessMask::ReadWrite});
    CHECK(test.engine().run() == Stop::Halt);
    Counting other(Mode::Long);
    other.add(cpu::Watchpoint{AddressSpace::Virtual, kCell + 4, 4, AccessMask::Read});
    REQUIRE(other.engine().run() == Stop::Debug);
    CHECK(other.engine().debug_stop().instruction == kLoad);
    CHECK(other.engine().debug_stop().rip == kDec);
}

TEST_CASE("a watchpoint set while the page is in the TLB is hit")
{
    if (!cpu::library_calls_are_ours())
        return;
    Counting test(Mode::PaeNx);
    REQUIRE(test.run_to(PagedBench::kSetupInstructions + 1 + 5) == Stop::Debug);
    auto const id = test.add(cpu::Watchpoint{AddressSpace::Physical, kCell, 1});
    REQUIRE(test.run_to(kNever) == Stop::Debug);
    CHECK(test.engine().debug_stop().point == id);
    CHECK(test.engine().instructions() == PagedBench::kSetupInstructions + 1 + 5 + 2);
    CHECK(test.engine().remove_point(id));
    CHECK(test.engine().run() == Stop::Halt);
}

TEST_CASE("a port and a control register are caught, after the access; the device sees it once")
{
    if (!cpu::library_calls_are_ours())
        return;
    Counting test(Mode::Long);
    test.add(cpu::PortCatch{0xe0, 0xf0, AccessMask::Write});
    REQUIRE(test.engine().run() == Stop::Debug);
    CHECK(test.engine().debug_stop().reason == DebugStop::Reason::Port);
    CHECK(test.engine().debug_stop().instruction == kOut);
    CHECK(test.engine().debug_stop().rip == kHlt);
    CHECK(test.engine().debug_stop().address == 0xe9);
    CHECK(test.bench.outputs.size() == 1);
    REQUIRE(test.engine().run() == Stop::Halt);
    CHECK(test.bench.outputs.size() == 1);

    Counting other(Mode::Pae);
    other.add(cpu::ControlCatch{3});
    REQUIRE(other.engine().run() == Stop::Debug);
    CHECK(other.engine().debug_stop().reason == DebugStop::Reason::Control);
    CHECK(other.engine().debug_stop().before == 0);
    CHECK(other.engine().debug_stop().after == kTablesAt + 0x4000);
    REQUIRE(other.engine().run() == Stop::Halt);
    CHECK(other.engine().instructions() == Counting::kAll);
}

TEST_CASE("an exception is caught before its delivery, which then follows")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_user_code({0x90, 0x8b, 0x04, 0x25, 0xfc, 0x4f, 0x04, 0x00}); // mov eax,[0x44ffc]
        bench.map(0x4'4000, 0);
        auto const id = bench.engine->add_point(cpu::ExceptionCatch{14}).value();
        REQUIRE(bench.engine->run() == Stop::Debug);
        DebugStop const& stop = bench.engine->debug_stop();
        CHECK(stop.reason == DebugStop::Reason::Exception);
        CHECK(stop.point == id);
        CHECK(stop.vector == 14);
        CHECK(stop.error_code == 4);
        CHECK(stop.rip == kUserCode + 1);
        CHECK(bench.engine->state().cpl == 3);
        CHECK(bench.engine->state().cr2 == 0x4'4ffc);
        uint64_t const count = bench.engine->instructions();
        CHECK(count == bench.instructions_to_user() + 1);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
        CHECK(bench.engine->instructions() == count + 3);
        CHECK(bench.engine->statistics().exceptions[14] == 1);
    }
}

TEST_CASE("a watched store that faults is a fault and no stop")
{
    if (!cpu::library_calls_are_ours())
        return;
    PagedBench bench(Mode::Long);
    bench.set_user_code({0x89, 0x04, 0x25, 0xfe, 0x3f, 0x04, 0x00}); // mov [0x43ffe],eax
    bench.map(0x4'4000, 0);
    REQUIRE(bench.engine->add_point(cpu::Watchpoint{AddressSpace::Virtual, 0x4'3ffe, 2}));
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
}

TEST_CASE("an external interrupt is caught before delivery")
{
    PagedBench bench(Mode::Long);
    bench.set_code({0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.engine->add_point(cpu::InterruptCatch{0x30}));
    uint64_t const rip = bench.engine->state().rip;
    bench.engine->interrupt(0x30);
    REQUIRE(bench.engine->run() == Stop::Debug);
    CHECK(bench.engine->debug_stop().reason == DebugStop::Reason::Interrupt);
    CHECK(bench.engine->debug_stop().vector == 0x30);
    CHECK(bench.engine->state().rip == rip);
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe8) == std::vector<uint32_t>{0x30});
}

TEST_CASE("points that say nothing are refused")
{
    PagedBench bench(Mode::Long);
    CHECK(!bench.engine->add_point(cpu::Watchpoint{AddressSpace::Virtual, 0x1000, 0}));
    CHECK(!bench.engine->add_point(cpu::Watchpoint{AddressSpace::Virtual, ~uint64_t{0}, 2}));
    CHECK(!bench.engine->add_point(cpu::PortCatch{2, 1}));
}

TEST_CASE("breakpoints elsewhere leave the counting of blocks in place")
{
    PagedBench bench(Mode::Long);
    // mov ecx,100000; loop: nop; dec ecx; jnz loop; hlt
    bench.set_code({0xb9, 0xa0, 0x86, 1, 0, 0x90, 0xff, 0xc9, 0x75, 0xfb, 0xf4});
    for (uint64_t at = 0; at < 1000; ++at)
        REQUIRE(bench.engine->add_point(cpu::Breakpoint{AddressSpace::Physical, kCode + 16 + at}));
    auto const hit =
        bench.engine->add_point(cpu::Breakpoint{AddressSpace::Virtual, 0x7'0000 + (kCode & 0xfff)});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.engine->statistics().blocks > 100'000);
    CHECK(bench.engine->statistics().block_calls < 1000);
    CHECK(bench.engine->remove_point(*hit));
}

TEST_CASE("a block whose breakpoint is removed is counted in place again")
{
    PagedBench bench(Mode::Long);
    bench.set_code({0xb9, 0xa0, 0x86, 1, 0, 0x90, 0xff, 0xc9, 0x75, 0xfb, 0xf4});
    bench.engine->set_debug_end(PagedBench::kSetupInstructions + 1 + 3 * 1000,
                                StepInterrupts::Taken);
    REQUIRE(bench.engine->run() == Stop::Debug);
    auto const id = bench.engine->add_point(cpu::Breakpoint{AddressSpace::Virtual, kCode + 5});
    bench.engine->set_debug_end(kNever, StepInterrupts::Taken);
    REQUIRE(bench.engine->run() == Stop::Debug); // not where it stands
    CHECK(bench.engine->instructions() == PagedBench::kSetupInstructions + 1 + 3 * 1001);
    CHECK(bench.engine->remove_point(*id));
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.engine->instructions() == PagedBench::kSetupInstructions + 1 + 3 * 100'000 + 1);
}
